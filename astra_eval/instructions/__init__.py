"""Hand-written test instructions and what counts as a right answer; for judging only."""

from astra_eval.instructions.answer import RightAnswer, right_answer, right_answer_to
from astra_eval.instructions.landmark_filter import LandmarkFilter
from astra_eval.instructions.reader import KINDS, Instruction, load_instructions, read_instructions

__all__ = [
    "KINDS",
    "Instruction",
    "LandmarkFilter",
    "RightAnswer",
    "load_instructions",
    "read_instructions",
    "right_answer",
    "right_answer_to",
]
