"""What the ROS 2 nodes share: conversions, parameters, TF, heartbeats and the main loop.

Here are also the two nodes that belong to no stack and need none: the lifecycle owner and the
recorder. A robot runs them without the command line.

Only packages named ``ros`` may import this; ``astra_core`` itself knows no ROS.
"""
