"""The world around the robot on grids: occupancy from depth, distance fields."""
