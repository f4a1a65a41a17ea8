"""How requests leave: to one host only, at a measured pace, bounded, counted and written down."""
