"""What we do about it: alerts, and changes that put actual state back."""
