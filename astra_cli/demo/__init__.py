"""`./astra demo`: a robot in a simulated building, told in words where to go, over real ROS 2."""
