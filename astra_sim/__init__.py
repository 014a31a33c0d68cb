"""The embedded simulator: scenes from a seed, a robot, its sensors. Knows nothing of the stack."""
