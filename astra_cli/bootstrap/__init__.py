"""Set the workspace up: virtual environment, ROS 2, GL and the colcon build.

Everything in this package runs before any dependency is installed, so it imports the standard
library only.
"""
