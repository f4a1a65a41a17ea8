"""Truth for static scanners: applications with labelled places, written from the issue alone before any scoring."""
