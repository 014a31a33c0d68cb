"""Depth from colour by models of others that see with one eye and in metres."""
