"""Does a tool that watches an application from inside find what is wrong in it, and only that? README.md tells how."""
