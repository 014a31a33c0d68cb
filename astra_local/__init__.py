"""Astra-Local: how the robot gets there without touching anything, and how far it has come."""
