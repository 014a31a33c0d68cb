"""Times one cycle of Astra-Local on one thread: observe, perceive, plan, command, guard.

    python benchmarks/local_cycle.py [--rounds N] [--stack planner=flow]

The robot stands in a furnished room seen by four cameras of 320x240. Prints medians in
milliseconds, of the wall clock and of the processor (the latter also counts on a busy machine).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import SubGoal
from astra_core.stack_spec import StackSpec
from astra_local.config import LocalConfig
from astra_local.safety.guard import Guard
from astra_local.stack import build_local

TICK_NS = 20_000_000
CAMERA_HEIGHT_M = 1.1


def make_rig() -> CameraRig:
    """Return four level cameras of 320x240 and 100 degrees, 0.15 m from the centre."""
    k = CameraIntrinsics.from_horizontal_fov(320, 240, math.radians(100.0))
    cameras = []
    for name, yaw in (("front", 0.0), ("left", 90.0), ("rear", 180.0), ("right", -90.0)):
        c, s = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
        pose = np.eye(4)
        pose[:3, :3] = np.array([[s, 0.0, c], [-c, 0.0, s], [0.0, -1.0, 0.0]])
        pose[:3, 3] = (0.15 * c, 0.15 * s, CAMERA_HEIGHT_M)
        cameras.append(Camera(name, k, pose))
    return CameraRig(tuple(cameras))


def room_depth(camera: Camera, rng: np.random.Generator) -> np.ndarray:
    """Return the depth of a 7 x 5 m room with two tall cupboards, with noise of 1.5 percent."""
    k = camera.intrinsics
    u, v = np.meshgrid(np.arange(k.width_px), np.arange(k.height_px))
    optical = np.stack([(u - k.cx_px) / k.fx_px, (v - k.cy_px) / k.fy_px, np.ones(u.shape)])
    ray = np.einsum("ij,jhw->ihw", camera.t_base_optical[:3, :3], optical)
    start = camera.t_base_optical[:3, 3]
    depth = np.full(u.shape, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis, low, high in ((0, -3.0, 4.0), (1, -2.0, 3.0), (2, 0.0, 2.5)):
            wall = np.where(ray[axis] > 0.0, high, low)
            depth = np.minimum(depth, (wall - start[axis]) / ray[axis])
        for box in ((1.5, 0.4, 2.2, 1.6), (-0.5, -1.6, 0.4, -0.8)):
            entry = np.maximum(
                np.minimum((box[0] - start[0]) / ray[0], (box[2] - start[0]) / ray[0]),
                np.minimum((box[1] - start[1]) / ray[1], (box[3] - start[1]) / ray[1]),
            )
            leave = np.minimum(
                np.maximum((box[0] - start[0]) / ray[0], (box[2] - start[0]) / ray[0]),
                np.maximum((box[1] - start[1]) / ray[1], (box[3] - start[1]) / ray[1]),
            )
            depth = np.where((entry > 0.0) & (entry < leave), np.minimum(depth, entry), depth)
    return (depth * rng.normal(1.0, 0.015, depth.shape)).astype(np.float32)


def main() -> None:
    """Run the cycle and print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100, help="planning cycles (default 100)")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--stack", default="default", help="which parts, as of ./astra")
    parser.add_argument("--weights", default="", help="models of learned parts, as of ./astra")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    rig, config = make_rig(), LocalConfig()
    spec = StackSpec.parse(options.stack, weights=options.weights)
    stack, guard = build_local(spec, rig, config), Guard()
    images = {camera.name: [room_depth(camera, rng) for _ in range(3)] for camera in rig.cameras}
    black = np.zeros((240, 320, 3), dtype=np.uint8)
    times: dict[str, list[tuple[float, float]]] = {}

    def timed(name: str, work: Callable[..., object], *values: object) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work(*values)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        times.setdefault(name, []).append((1e3 * wall, 1e3 * cpu))

    now = 0
    for number in range(options.rounds + 5):
        if number == 5:
            times.clear()  # the first rounds fill caches
        for _ in range(5):
            now += TICK_NS
            imu = tuple(
                ImuSample(now - late, (0.0, 0.0, rng.normal(0.0, 0.005)), (0.0, 0.0, 9.81))
                for late in (TICK_NS // 2, 0)
            )
            tick = Observation(now, imu, (WheelSample(now, 0.0, 0.0),))
            timed("observe", stack.observe, tick)
            timed("command", stack.command, now)
            guard.on_heartbeat("astra_local", now)
            guard.on_command(stack.command(now), now)
            timed("guard", guard.step, now)
        frames = [
            CameraFrame(name, now, black, depth[number % 3]) for name, depth in images.items()
        ]
        timed("perceive", stack.perceive, frames)
        timed("nearest", stack.nearest_obstacle)
        guard.on_obstacle(stack.nearest_obstacle())
        # Every second sub-goal stands behind a cupboard, where Dijkstra is needed.
        target = (3.0, 0.9, 0.0) if number % 2 else (1.2, -0.2, 0.0)
        sub_goal = SubGoal(now, np.array(target), sequence=number)
        name = "plan, around" if number % 2 else "plan, straight"
        timed(name, stack.plan, sub_goal, now)
    result = {}
    for name, values in times.items():
        wall, cpu = np.array(values).T
        median, high = np.percentile(wall, [50, 95])
        cpu_median = float(np.median(cpu))
        result[name] = {
            "median_ms": round(float(median), 3),
            "p95_ms": round(float(high), 3),
            "cpu_median_ms": round(cpu_median, 3),
        }
        print(f"{name:16s} wall {median:7.3f} ms (95% {high:7.3f})   CPU {cpu_median:7.3f} ms")
    result["cycle"] = {}
    for key in ("median_ms", "cpu_median_ms"):
        cycle = result["perceive"][key] + result["plan, around"][key]
        cycle += 5 * (result["observe"][key] + result["command"][key])
        result["cycle"][key] = round(cycle, 3)
    print(
        f"one cycle of 0.1 s (5 observe, 5 command, perceive, plan): "
        f"wall {result['cycle']['median_ms']:.1f} ms, CPU {result['cycle']['cpu_median_ms']:.1f} ms"
    )
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
