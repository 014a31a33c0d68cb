"""``./astra doctor``: what is installed, which engines work, and what to do about the rest."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path

from rich.console import Console
from rich.table import Table

from astra_cli.bootstrap.gl import is_software, render_probe
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.stamps import read_stamp
from astra_cli.bootstrap.torch_install import CUPY
from astra_eval.json_file import write_json

DEMO_MEMORY_GIB = 4.0


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        name: What was looked at.
        state: ``ok``, ``missing`` (the demo cannot run without it) or ``optional`` (it can).
        detail: What was found.
        advice: What to do; empty where nothing is to do.
    """

    name: str
    state: str
    detail: str
    advice: str = ""


def run_doctor(json_file: Path | None = None) -> int:
    """Print the report.

    Args:
        json_file: Where to write the findings as well, or None.

    Returns:
        0 if the demo can run, otherwise 1.
    """
    findings = [_guarded(check) for check in CHECKS]
    table = Table(box=None, pad_edge=False)
    for heading in ("part", "state", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    styles = {"ok": "green", "missing": "bold red", "optional": "yellow"}
    for finding in findings:
        style = styles[finding.state]
        table.add_row(finding.name, f"[{style}]{finding.state}[/]", finding.detail, finding.advice)
    console = Console()
    console.print(table)
    can_run = all(finding.state != "missing" for finding in findings)
    console.print("the demo can run" if can_run else "the demo cannot run: see the missing parts")
    report = {"can_run_demo": can_run, "findings": [asdict(finding) for finding in findings]}
    write_json(json_file, report)
    return 0 if can_run else 1


def check_python() -> Finding:
    """Look at the interpreter."""
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    advice = "" if supported else "use Python 3.11, 3.12 or 3.13 (ASTRA_PYTHON)"
    return Finding("Python", _state(supported), f"{platform.python_version()} {sys.prefix}", advice)


def check_system() -> Finding:
    """Look at the operating system."""
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        name = platform.system()
    return Finding("system", "ok", f"{name}, {platform.machine()}")


def check_ros() -> Finding:
    """Look at ROS 2 and where it comes from."""
    distro = os.environ.get("ROS_DISTRO", "unknown")
    if util.find_spec("rclpy") is None:
        return Finding("ROS 2", "missing", "no rclpy", "remove .venv and run ./astra again")
    import rclpy

    own = Path(rclpy.__file__).is_relative_to(sys.prefix)
    return Finding("ROS 2", "ok", f"{distro}, {'wheels' if own else 'sourced'}")


def check_rmw() -> Finding:
    """Look at the middleware that really loads."""
    from rclpy.utilities import get_rmw_implementation_identifier

    return Finding("middleware", "ok", get_rmw_implementation_identifier())


def check_messages() -> Finding:
    """Load the type support of a message of our own and of TF."""
    from rclpy.type_support import check_for_type_support
    from tf2_msgs.msg import TFMessage

    import astra_msgs.msg as messages

    names = [name for name in dir(messages) if name[0].isupper()]
    for message in (TFMessage, *(getattr(messages, name) for name in names)):
        check_for_type_support(message)
    return Finding("messages", "ok", f"astra_msgs ({len(names)} messages), tf2_msgs")


def check_numpy() -> Finding:
    """Look at NumPy."""
    return Finding("NumPy", "ok", metadata.version("numpy"))


def check_torch() -> Finding:
    """Look at torch and its devices."""
    import torch

    if torch.cuda.is_available():
        return Finding("torch", "ok", f"{torch.__version__}, {torch.cuda.get_device_name(0)}")
    advice = "with an NVIDIA GPU: ASTRA_TORCH_INDEX=cuda ./astra doctor"
    return Finding("torch", "ok", f"{torch.__version__}, CPU only", advice)


def check_cupy() -> Finding:
    """Look at CuPy, whether its kernels can be used, and name the voxel engines that will run."""
    import torch

    from astra_local.voxel.cuda import why_not

    has_cupy, has_torch = util.find_spec("cupy") is not None, torch.cuda.is_available()
    reason, engines = why_not(), "voxel engines: edt on the CPU"
    if not reason:
        import cupy

        devices = f"{cupy.__version__}, {cupy.cuda.runtime.getDeviceCount()} device(s)"
        return Finding("CuPy", "ok", f"{devices}; {engines}, CUDA kernels on the GPU")
    if has_torch:
        engines += ", PyTorch on the GPU"
    if has_torch and not has_cupy:
        advice = f".venv/bin/pip install '{CUPY}' (CUDA 12: cupy-cuda12x)"
    elif has_torch:
        advice = "check that CuPy is built for the CUDA of the driver"
    else:
        # Either of them is of no use without the other: this installs both.
        advice = "with an NVIDIA GPU: ASTRA_TORCH_INDEX=cuda ./astra doctor"
    return Finding("CuPy", "optional", f"{reason}; {engines}", advice)


def check_text_reader() -> Finding:
    """Read a picture with a sign."""
    import cv2
    import numpy as np

    from astra_global.localize import SignConfig
    from astra_global.localize.text_reader import text_reader

    without = "look-alike places are told apart by looks alone"
    advice = "remove .venv and run ./astra again"
    reader = text_reader(SignConfig())
    if reader is None:
        return Finding("text reader", "optional", f"not installed: {without}", advice)
    picture = np.full((240, 320, 3), 230, np.uint8)
    cv2.putText(picture, "A-12", (110, 130), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (20, 20, 20), 2)
    if not reader.read(picture):
        return Finding("text reader", "optional", f"reads nothing: {without}", advice)
    return Finding("text reader", "ok", f"RapidOCR {metadata.version('rapidocr')}")


def check_weights() -> Finding:
    """List the weights that come with Astra and compare each file with its card."""
    from astra_core.weights import shipped_weights, survey

    folder = shipped_weights()
    entries = survey(folder)
    if not entries:
        return Finding("weights", "ok", f"none in {folder}: the classical stack needs none")
    whole = [f"{e.name} ({e.part}, sha256 {e.sha256[:12]})" for e in entries if not e.problem]
    problems = [entry.problem for entry in entries if entry.problem]
    if problems:
        return Finding("weights", "optional", ", ".join(whole) or "none whole", "; ".join(problems))
    return Finding("weights", "ok", ", ".join(whole))


def check_rendering() -> Finding:
    """Render one picture with MuJoCo, now."""
    layout = Layout(Path(__file__).resolve().parents[2])
    backend = os.environ.get("MUJOCO_GL", "")
    stamp = read_stamp(layout.stamps, "gl")
    advice = (stamp.result.get("advice") if stamp else "") or "sudo apt-get install libosmesa6"
    if not backend:
        return Finding("rendering", "missing", "neither EGL nor OSMesa renders", advice)
    renderer = render_probe(layout)(backend, "")
    detail = f"mujoco {metadata.version('mujoco')}, {backend}"
    if renderer is None:
        return Finding("rendering", "missing", f"{detail} does not render", advice)
    kind = "software" if is_software(renderer) else "GPU"
    return Finding("rendering", "ok", f"{detail}, {renderer} ({kind})")


def check_cores() -> Finding:
    """Count the cores that this process may use."""
    cores = len(os.sched_getaffinity(0))
    advice = "" if cores > 1 else "expect a real-time factor well below 1"
    return Finding("cores", "ok", str(cores), advice)


def check_memory() -> Finding:
    """Look at the machine's memory."""
    import psutil

    memory = psutil.virtual_memory()
    total, free = memory.total / 2**30, memory.available / 2**30
    detail = f"{total:.1f} GiB, {free:.1f} GiB available"
    if free < DEMO_MEMORY_GIB:
        return Finding("memory", "optional", detail, f"the demo wants {DEMO_MEMORY_GIB:.0f} GiB")
    return Finding("memory", "ok", detail)


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_system,
    check_ros,
    check_rmw,
    check_messages,
    check_numpy,
    check_torch,
    check_cupy,
    check_text_reader,
    check_weights,
    check_rendering,
    check_cores,
    check_memory,
)


def _guarded(check: Callable[[], Finding]) -> Finding:
    """Run a check; one that raises has found its part missing."""
    try:
        return check()
    except Exception as error:  # whatever an engine throws at import is a finding, not a crash
        name = check.__name__.removeprefix("check_")
        detail = f"{type(error).__name__}: {error}".splitlines()[0]
        return Finding(name, "missing", detail, "remove .venv and run ./astra again")


def _state(is_ok: bool) -> str:
    return "ok" if is_ok else "missing"
