"""Lines with secrets and lines that only look so, made when they are needed."""
