"""What the ROS 2 nodes share: conversions, parameters, TF, heartbeats and the main loop.

Only packages named ``ros`` may import this; ``astra_core`` itself knows no ROS.
"""
