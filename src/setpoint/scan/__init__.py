"""What do tests say? Scanners of source, secrets, pipelines, infrastructure and running applications."""
