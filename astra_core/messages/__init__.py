"""What ROS messages mean, read in one place: from a live topic and from a bag alike.

Nothing here imports ROS: a message is anything that has its fields, be it of ``rclpy`` or of
``rosbags``, of ROS 2 or of ROS 1.
"""
