"""Astra-Local and its guard as ROS 2 nodes."""
