"""Escapers and checks of well-known libraries: what passed one is remembered in its request (`Request.note_passage`)."""
