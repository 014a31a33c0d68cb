"""Whether what wheels and IMU say can be so, before any odometry believes it."""
