"""Off-screen pictures of a MuJoCo world: colour and depth of every camera in one pass each.

The GL library is chosen when the first picture is due, never at import: ``MUJOCO_GL`` wins where
it is set, then EGL where a GPU device exists, then OSMesa (software).
"""

from __future__ import annotations

import ctypes.util
import importlib
import os
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraIntrinsics, CameraRig
from astra_core.errors import AstraError
from astra_sim.culling import ViewCuller
from astra_sim.robot import HIDDEN_GROUP, ROBOT

if TYPE_CHECKING:
    import mujoco

__all__ = ["RenderingError", "RigRenderer", "select_gl_backend"]

_NEAR_M = 0.03
_FAR_M = 60.0
_SPARE_GEOMS = 64


class RenderingError(AstraError):
    """No GL library can draw pictures here; the message says what to install."""

    code: ClassVar[int] = 910


def select_gl_backend() -> str:
    """Choose how to draw and tell MuJoCo through ``MUJOCO_GL``.

    Returns:
        ``egl``, ``osmesa`` or whatever the variable already said.

    Raises:
        RenderingError: OSMesa would be used and its library is not installed.
    """
    backend = os.environ.get("MUJOCO_GL", "").strip().lower()
    if not backend:
        backend = "glfw" if not sys.platform.startswith("linux") else _linux_backend()
    if backend == "osmesa" and not _has_osmesa():
        raise RenderingError(
            "no GL library to draw camera images with: install one with "
            "'sudo apt-get install libosmesa6', or set MUJOCO_GL=egl on a machine with a GPU"
        )
    os.environ["MUJOCO_GL"] = backend
    if backend in ("egl", "osmesa"):
        # PyOpenGL reads its own variable once, at its first import.
        os.environ.setdefault("PYOPENGL_PLATFORM", backend)
    return backend


def _linux_backend() -> str:
    devices = [Path("/dev/nvidiactl"), *Path("/dev/dri").glob("renderD*")]
    usable = any(os.access(device, os.R_OK | os.W_OK) for device in devices)
    return "egl" if usable and ctypes.util.find_library("EGL") else "osmesa"


def _has_osmesa() -> bool:
    if ctypes.util.find_library("OSMesa"):
        return True
    # find_library needs ldconfig or a compiler; the loader itself also searches LD_LIBRARY_PATH.
    for name in ("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


class RigRenderer:
    """Draws what the cameras of a robot see, without any sensor error."""

    def __init__(self, model: mujoco.MjModel, rig: CameraRig, name: str = ROBOT) -> None:
        """Open a GL context large enough for the largest camera and upload the world.

        Args:
            model: The world.
            rig: Cameras of a robot in it.
            name: Of the robot, which its own cameras do not see.

        Raises:
            RenderingError: No GL library can be used.
        """
        import mujoco

        self._model = model
        self._rig = rig
        self._own = model.geom_bodyid == model.body(name).id
        width = max(camera.intrinsics.width_px for camera in rig.cameras)
        height = max(camera.intrinsics.height_px for camera in rig.cameras)
        backend = select_gl_backend()
        self._gl = _open_context(backend, width, height)
        self._gl.make_current()
        model.vis.global_.offwidth, model.vis.global_.offheight = width, height
        # Clipping planes are stored relative to the extent of the model.
        model.vis.map.znear = _NEAR_M / model.stat.extent
        model.vis.map.zfar = _FAR_M / model.stat.extent
        try:
            self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        except mujoco.FatalError as error:
            raise _cannot_draw(backend, error) from error
        # Also when nobody calls close: GL must go before the interpreter takes PyOpenGL apart.
        self._release = weakref.finalize(self, _free, self._gl, self._context)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self._scene = mujoco.MjvScene(model, maxgeom=model.ngeom + _SPARE_GEOMS)
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._option = mujoco.MjvOption()
        self._option.geomgroup[HIDDEN_GROUP] = 0
        self._option.sitegroup[:] = 0
        self._culler: ViewCuller | None = None
        self._views = []
        for camera in rig.cameras:
            view = mujoco.MjvCamera()
            view.type = mujoco.mjtCamera.mjCAMERA_FIXED
            view.fixedcamid = model.camera(f"{name}_{camera.name}").id
            k = camera.intrinsics
            self._views.append((view, mujoco.MjrRect(0, 0, k.width_px, k.height_px), k))

    def draw(
        self, data: mujoco.MjData, index: int, depth: bool = True
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32] | None]:
        """Draw one camera.

        Args:
            data: A state whose positions are up to date.
            index: Which camera of the rig.
            depth: Whether to read the depth of the same pass.

        Returns:
            ``(H, W, 3)`` uint8 RGB and ``(H, W)`` float32 depth along the optical axis in metres
            (``_FAR_M`` where nothing is) or ``None``.
        """
        import mujoco

        rectangle, k = self._aim(data, index)
        mujoco.mjr_render(rectangle, self._scene, self._context)
        image = np.empty((k.height_px, k.width_px, 3), np.uint8)
        buffer = np.empty((k.height_px, k.width_px), np.float32) if depth else None
        mujoco.mjr_readPixels(image, buffer, rectangle, self._context)
        # OpenGL counts rows from below.
        image = np.ascontiguousarray(image[::-1])
        return image, None if buffer is None else _metres(buffer[::-1])

    def geoms(self, data: mujoco.MjData, index: int) -> NDArray[np.int32]:
        """Draw which geom each pixel of one camera shows, ``(H, W)`` int32, -1 for nothing."""
        import mujoco

        rectangle, k = self._aim(data, index)
        flags = (mujoco.mjtRndFlag.mjRND_SEGMENT, mujoco.mjtRndFlag.mjRND_IDCOLOR)
        code = np.empty((k.height_px, k.width_px, 3), np.uint8)
        try:
            for flag in flags:
                self._scene.flags[flag] = True
            mujoco.mjr_render(rectangle, self._scene, self._context)
            mujoco.mjr_readPixels(code, None, rectangle, self._context)
        finally:
            for flag in flags:
                self._scene.flags[flag] = False
        table = np.full(self._scene.ngeom + 1, -1, np.int32)
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if geom.segid >= 0 and geom.objtype == mujoco.mjtObj.mjOBJ_GEOM:
                table[geom.segid + 1] = geom.objid
        number = code[::-1].astype(np.int32) @ np.array([1, 256, 65536], np.int32)
        return table[number]

    def _aim(self, data: mujoco.MjData, index: int) -> tuple[mujoco.MjrRect, CameraIntrinsics]:
        """Fill the scene with what one camera can see."""
        import mujoco

        view, rectangle, k = self._views[index]
        model = self._model
        if self._culler is None:
            self._culler = ViewCuller(model, data, self._option.geomgroup[model.geom_group] > 0)
        groups = model.geom_group.copy()
        # MuJoCo draws everything everywhere; leaving out what is not seen costs less.
        model.geom_group[~self._culler.visible(model, data, view.fixedcamid, k)] = HIDDEN_GROUP
        model.geom_group[self._own] = HIDDEN_GROUP
        try:
            self._gl.make_current()
            mujoco.mjv_updateScene(
                model,
                data,
                self._option,
                None,
                view,
                mujoco.mjtCatBit.mjCAT_ALL.value,
                self._scene,
            )
        finally:
            model.geom_group[:] = groups
        return rectangle, k

    def close(self) -> None:
        """Free the GL context; later calls do nothing."""
        self._release()


def _free(gl: Any, context: mujoco.MjrContext) -> None:
    gl.make_current()
    context.free()
    gl.free()


def _metres(buffer: NDArray[np.float32]) -> NDArray[np.float32]:
    # Reversed depth b in [0, 1], 1 at the near plane: z = f n / (f - n) / (b + n / (f - n)).
    span = _FAR_M - _NEAR_M
    shifted = buffer + np.float32(_NEAR_M / span)
    np.divide(np.float32(_FAR_M * _NEAR_M / span), shifted, out=shifted)
    return shifted


def _open_context(backend: str, width: int, height: int) -> Any:
    try:
        module = importlib.import_module(f"mujoco.{backend}")
        return module.GLContext(width, height)
    except (ImportError, AttributeError, RuntimeError, OSError) as error:
        raise _cannot_draw(backend, error) from error


def _cannot_draw(backend: str, error: Exception) -> RenderingError:
    return RenderingError(
        f"MUJOCO_GL={backend} cannot draw here ({error}): install software rendering with "
        "'sudo apt-get install libosmesa6' and set MUJOCO_GL=osmesa"
    )
