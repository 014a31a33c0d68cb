"""Missions, metrics and protocols: the only part that may see ground truth, and only to score."""
