"""Nodes and clients of the command line."""
