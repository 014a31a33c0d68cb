"""Sends bursts of best-effort pictures, as drivers of several cameras do.

python picture_sender.py NUM_CAMERAS WIDTH HEIGHT NUM_BURSTS
"""

import sys
import time

import rclpy
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

DRIVER = QoSProfile(
    reliability=ReliabilityPolicy.BEST_EFFORT,
    durability=DurabilityPolicy.VOLATILE,
    history=HistoryPolicy.KEEP_LAST,
    depth=5,
)


def main() -> None:
    num_cameras, width, height, bursts = map(int, sys.argv[1:5])
    rclpy.init()
    node = rclpy.create_node("sender")
    publishers = [
        node.create_publisher(Image, f"camera/c{number}/image_raw", DRIVER)
        for number in range(num_cameras)
    ]
    image = Image(width=width, height=height, step=3 * width, encoding="rgb8")
    image.data.frombytes(bytes(3 * width * height))
    while not all(publisher.get_subscription_count() for publisher in publishers):
        time.sleep(0.05)
    time.sleep(0.5)
    for _ in range(bursts):
        for publisher in publishers:
            publisher.publish(image)
        time.sleep(0.1)
    time.sleep(1.0)
    rclpy.shutdown()


if __name__ == "__main__":
    main()
