"""Faults that are put into a simulated run on purpose, to see what the robot makes of them."""

from astra_sim.faults.fault import Fault, Floor, InitialPose
from astra_sim.faults.faulty_simulator import FaultySimulator
from astra_sim.faults.registry import FAULTS, make_fault, named_faults

__all__ = [
    "FAULTS",
    "Fault",
    "FaultySimulator",
    "Floor",
    "InitialPose",
    "make_fault",
    "named_faults",
]
