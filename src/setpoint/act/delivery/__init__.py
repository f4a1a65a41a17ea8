"""Alerts to people who are elsewhere: which channel gets what, how it reads there, and how it gets there."""
