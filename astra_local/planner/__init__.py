"""From occupancy and a sub-goal to a trajectory, and from a trajectory to commands."""
