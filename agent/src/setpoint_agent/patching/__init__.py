"""Puts wrappers around functions of libraries, whenever these are imported, and takes nothing away from them."""
