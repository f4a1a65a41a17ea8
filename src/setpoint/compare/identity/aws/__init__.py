"""What AWS would answer to a request, worked out from the policies that bear on it. Pure."""
