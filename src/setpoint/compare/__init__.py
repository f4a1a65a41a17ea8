"""What differs: pure comparators, one per plane."""
