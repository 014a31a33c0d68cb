"""How far the robot has come: filters that turn wheel and IMU samples into poses in ``odom``."""
