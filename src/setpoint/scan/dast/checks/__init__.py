"""What is tried on a running application, by theme: a folder each, with a list of its checks."""
