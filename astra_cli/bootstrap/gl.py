"""Which GL renders the simulator's cameras: EGL on a GPU, OSMesa or software EGL without one.

The decision is made by rendering, never by looking for a library: a machine can have libEGL and no
driver behind it. OSMesa comes before software EGL because it was measured faster and needs a
fraction of the packages.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from astra_cli.bootstrap import debian
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.layout import Layout

OSMESA_PACKAGE = "libosmesa6"
# What software EGL needs on a distribution that has given up OSMesa.
EGL_PACKAGES = ("libegl1", "libgl1-mesa-dri", "libopengl0")
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "software")
PROBE_TIMEOUT_S = 60.0

# A probe takes a back end and a folder of libraries ("" for none), and returns the renderer's name
# or None.
Probe = Callable[[str, str], str | None]


@dataclass(frozen=True)
class GlChoice:
    """What to render with.

    Attributes:
        backend: Value of ``MUJOCO_GL``; empty where nothing renders.
        renderer: Who draws, in the driver's words.
        library_path: Folder of unpacked libraries, or empty.
        advice: What to do where nothing renders, otherwise empty.
    """

    backend: str
    renderer: str = ""
    library_path: str = ""
    advice: str = ""


def choose_gl(probe: Probe, obtain: Callable[[], str]) -> GlChoice:
    """Try the back ends in order of preference; fetch OSMesa only where nothing renders.

    Args:
        probe: Renders with a back end.
        obtain: Gets OSMesa (or else EGL) and returns the folder to put on the library path, or an
            empty text.

    Returns:
        The choice; its ``advice`` says what to do where nothing renders.
    """
    egl = probe("egl", "")
    if egl and not is_software(egl):
        return GlChoice("egl", egl)
    osmesa = probe("osmesa", "")
    if osmesa:
        return GlChoice("osmesa", osmesa)
    if egl:
        return GlChoice("egl", egl)
    try:
        folder = obtain()
    except SetupError as error:
        return GlChoice("", advice=f"{error}".splitlines()[0])
    for backend in ("osmesa", "egl"):
        renderer = probe(backend, folder)
        if renderer:
            return GlChoice(backend, renderer, folder)
    return GlChoice(
        "",
        advice=f"MuJoCo renders with neither EGL nor OSMesa: sudo apt-get install {OSMESA_PACKAGE}",
    )


def is_software(renderer: str) -> bool:
    """Whether a renderer's name is that of a software rasteriser."""
    return any(word in renderer.lower() for word in SOFTWARE_RENDERERS)


def render_probe(layout: Layout) -> Probe:
    """Make the probe that renders with the environment's MuJoCo."""

    def probe(backend: str, folder: str) -> str | None:
        env = {**os.environ, "MUJOCO_GL": backend, "PYTHONPATH": ""}
        env.pop("PYOPENGL_PLATFORM", None)
        if folder:
            env["LD_LIBRARY_PATH"] = ":".join(filter(None, [folder, env.get("LD_LIBRARY_PATH")]))
        script = Path(__file__).with_name("gl_probe.py")
        with layout.log.open("ab") as log:
            log.write(f"\n$ render probe: {backend} {folder}\n".encode())
            log.flush()
            try:
                done = subprocess.run(
                    [layout.python, script],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=env,
                    check=False,
                    timeout=PROBE_TIMEOUT_S,
                )
            except subprocess.TimeoutExpired:
                return None
        lines = done.stdout.decode(errors="replace").split("\n")
        # The name is printed after the picture was checked; a crash while closing the context does
        # not unmake it.
        return lines[0].strip() or None

    return probe


def obtain_osmesa(layout: Layout) -> str:
    """Install OSMesa as root, or unpack it into the environment.

    Args:
        layout: The checkout's paths.

    Returns:
        The folder of unpacked libraries, or an empty text where the system has them.

    Raises:
        SetupError: If neither is possible; the message names the package and the command.
    """
    if debian.can_install():
        try:
            debian.install([OSMESA_PACKAGE], layout.log)
        except SetupError:
            debian.install(EGL_PACKAGES, layout.log)
        return ""
    if debian.can_unpack():
        try:
            debian.unpack([OSMESA_PACKAGE], layout.gl, layout.log)
            return link_library(layout.gl)
        except SetupError as error:
            raise SetupError(f"no software GL: sudo apt-get install {OSMESA_PACKAGE}") from error
    raise SetupError(f"no software GL: install OSMesa (Debian and Ubuntu: {OSMESA_PACKAGE})")


def link_library(folder: Path) -> str:
    """Give the unpacked library the name that Python's library search looks for.

    ``ctypes.util.find_library`` asks the linker, which wants ``libOSMesa.so``; the package ships
    only the versioned name.

    Args:
        folder: Where the packages were unpacked.

    Returns:
        The folder of the libraries.

    Raises:
        SetupError: If the library is not below the folder.
    """
    library = next(iter(sorted(folder.rglob("libOSMesa.so.*"))), None)
    if library is None:
        raise SetupError(f"the package {OSMESA_PACKAGE} holds no libOSMesa")
    link = library.with_name("libOSMesa.so")
    link.unlink(missing_ok=True)
    link.symlink_to(library.name)
    return str(library.parent)


def machine_fingerprint() -> list[str]:
    """What the choice depends on besides MuJoCo: the system's libraries and the GPU."""
    cache = Path("/etc/ld.so.cache")
    stamp = str(cache.stat().st_mtime_ns) if cache.exists() else ""
    devices = sorted(
        str(p) for p in [*Path("/dev/dri").glob("renderD*"), *Path("/dev").glob("nvidia[0-9]*")]
    )
    return [stamp, *devices]
