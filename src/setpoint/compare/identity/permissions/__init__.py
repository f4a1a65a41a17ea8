"""What principals were meant to be allowed, against what they are granted and what they use. Pure."""
