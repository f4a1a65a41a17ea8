"""Bills of materials: read (`reading`), made of what is found (`making`), and written (`writing`)."""
