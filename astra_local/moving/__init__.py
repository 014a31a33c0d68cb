"""Who walks about: found, followed and predicted from the robot's own occupancy."""
