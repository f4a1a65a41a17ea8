"""What scanners say of the source, held against what agents saw of the running code."""
