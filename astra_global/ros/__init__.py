"""Astra-Global as a ROS 2 node."""
