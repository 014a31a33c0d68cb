"""Missions, metrics and protocols: the only part that may look at ground truth, and only to score."""
