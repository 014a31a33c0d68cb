"""The robot as URDF, made from the same numbers as the simulated one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from astra_core import se3
from astra_core.camera import CameraRig

if TYPE_CHECKING:
    from astra_sim.robot import DriveBaseConfig

__all__ = ["robot_urdf"]

_BODY_HEIGHT_M = 0.3
_MAST_RADIUS_M = 0.03
_CAMERA_SIZE_M = "0.06 0.04 0.03"


def robot_urdf(rig: CameraRig, robot: DriveBaseConfig, base_frame: str = "base_link") -> str:
    """Return the URDF of a round base with a mast that carries the cameras.

    Links are named like the TF frames of the stack, so that rviz2 draws the robot in place.
    """
    root = ElementTree.Element("robot", name="astra")
    base = ElementTree.SubElement(root, "link", name=base_frame)
    top_m = max(float(camera.t_base_optical[2, 3]) for camera in rig.cameras)
    _cylinder(base, robot.radius_m, 0.0, _BODY_HEIGHT_M, "0.25 0.27 0.3 1")
    _cylinder(base, _MAST_RADIUS_M, _BODY_HEIGHT_M, top_m, "0.6 0.62 0.65 1")
    collision = ElementTree.SubElement(base, "collision")
    _shape(collision, robot.radius_m, 0.0, top_m)
    for camera in rig.cameras:
        link = ElementTree.SubElement(root, "link", name=camera.frame_id)
        visual = ElementTree.SubElement(link, "visual")
        geometry = ElementTree.SubElement(visual, "geometry")
        ElementTree.SubElement(geometry, "box", size=_CAMERA_SIZE_M)
        _material(visual, "0.1 0.1 0.1 1")
        joint = ElementTree.SubElement(root, "joint", name=f"{camera.name}_mount", type="fixed")
        ElementTree.SubElement(joint, "parent", link=base_frame)
        ElementTree.SubElement(joint, "child", link=camera.frame_id)
        position, rpy = se3.to_xyz_rpy(camera.t_base_optical)
        ElementTree.SubElement(joint, "origin", xyz=_numbers(position), rpy=_numbers(rpy))
    ElementTree.indent(root)
    return '<?xml version="1.0"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _cylinder(
    link: ElementTree.Element, radius_m: float, low_m: float, high_m: float, rgba: str
) -> None:
    visual = ElementTree.SubElement(link, "visual")
    _shape(visual, radius_m, low_m, high_m)
    _material(visual, rgba)


def _shape(parent: ElementTree.Element, radius_m: float, low_m: float, high_m: float) -> None:
    middle = _numbers((0.0, 0.0, (low_m + high_m) / 2.0))
    ElementTree.SubElement(parent, "origin", xyz=middle, rpy="0 0 0")
    geometry = ElementTree.SubElement(parent, "geometry")
    ElementTree.SubElement(
        geometry, "cylinder", radius=f"{radius_m:g}", length=f"{high_m - low_m:g}"
    )


def _material(visual: ElementTree.Element, rgba: str) -> None:
    material = ElementTree.SubElement(visual, "material", name=rgba.replace(" ", "_"))
    ElementTree.SubElement(material, "color", rgba=rgba)


def _numbers(values: object) -> str:
    # + 0.0 turns -0 into 0.
    return " ".join(f"{round(float(value), 6) + 0.0:g}" for value in values)  # type: ignore[attr-defined]
