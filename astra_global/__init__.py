"""Astra-Global: where am I, where is the goal, and which way leads there."""
