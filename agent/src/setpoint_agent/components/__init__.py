"""What this process is made of: distributions, packages of the system, native libraries, and files that nobody owns."""
