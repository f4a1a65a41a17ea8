"""Escapers and checks of libraries: what passed one is remembered in its request (`Request.note_passage`)."""
