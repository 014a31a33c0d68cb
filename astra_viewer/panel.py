"""The panel beside the view: where one types a goal, and what is said about robot and mission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_viewer.camera_sheet import camera_sheet
from astra_viewer.palette import legend
from astra_viewer.views import ABOVE, FOLLOW, WHOLE

__all__ = ["Panel"]


class Panel:
    """Controls and texts of the page; a goal is sent by Enter or a button, by nothing else."""

    def __init__(
        self,
        server: Any,
        *,
        on_goal: Callable[[str], None],
        on_cancel: Callable[[], None],
        on_view: Callable[[str, Any], None],
        on_layers: Callable[[], None],
        on_forget: Callable[[], None],
    ) -> None:
        """Build it.

        Args:
            server: The ``viser.ViserServer``.
            on_goal: Called with the words that were typed.
            on_cancel: Called when the robot shall stop.
            on_view: Called with the name of a view and the client that wants it.
            on_layers: Called when other layers shall be shown.
            on_forget: Called when what was chosen on the map is not wanted any more.
        """
        self._server, self._on_goal, self._on_forget = server, on_goal, on_forget
        self._chosen: Callable[[], None] | None = None
        self._pictures: dict[str, NDArray[np.uint8]] = {}
        self._sheet: Any = None
        gui = server.gui
        form = gui.add_form(None)
        with form:
            self._goal = gui.add_text("Goal", "", hint='For example "I am thirsty"; Enter sends it')
            go = gui.add_button("Go", color="green")
        form.on_submit(lambda _: self._send())
        go.on_click(lambda _: form.submit())
        self._drive = gui.add_button("Drive there", color="orange", visible=False)
        self._drive.on_click(lambda _: self._confirm())
        stop = gui.add_button("Stop", color="red")
        stop.on_click(lambda _: self.forget())
        stop.on_click(lambda _: on_cancel())
        self._mission = gui.add_markdown("")
        self._where = gui.add_markdown("")
        self._health = gui.add_markdown("")
        view = gui.add_button_group("View", (WHOLE, ABOVE, FOLLOW))
        view.on_click(lambda event: on_view(event.target.value, event.client))
        self._cameras = gui.add_folder("Cameras")
        gui.add_html(legend())
        with gui.add_folder("Layers", expand_by_default=False):
            self.obstacles = gui.add_checkbox("Obstacles it sees", True)
            self.distance = gui.add_checkbox("Distance to them (ESDF)", False)
        self.obstacles.on_update(lambda _: on_layers())
        self.distance.on_update(lambda _: on_layers())

    def choose(self, name: str, drive: Callable[[], None]) -> None:
        """Ask whether to drive to what was clicked: a stray click must not move a robot."""
        self._chosen = drive
        self._drive.label = f"Drive to {name}"
        self._drive.visible = True

    def forget(self) -> None:
        """Take back what was chosen on the map."""
        self._chosen = None
        self._drive.visible = False
        self._on_forget()

    def set_mission(self, text: str) -> None:
        """Write how the mission stands, Markdown."""
        _write(self._mission, text)

    def set_where(self, text: str) -> None:
        """Write whether the robot knows where it is, Markdown."""
        _write(self._where, text)

    def set_health(self, text: str) -> None:
        """Write how the nodes are, Markdown."""
        _write(self._health, text)

    def set_picture(self, camera: str, rgb: NDArray[np.uint8]) -> None:
        """Show what a camera sees, RGB ``(H, W, 3)``."""
        self._pictures[camera] = rgb
        sheet = camera_sheet(self._pictures)
        if self._sheet is None or self._sheet.label != self._names():
            if self._sheet is not None:
                self._sheet.remove()
            with self._cameras:
                self._sheet = self._server.gui.add_image(
                    sheet, label=self._names(), format="jpeg", jpeg_quality=70
                )
        else:
            self._sheet.image = sheet

    def _names(self) -> str:
        return ", ".join(self._pictures)

    def _send(self) -> None:
        words = self._goal.value.strip()
        if not words:
            self.set_mission("Type where to go first.")
            return
        self._goal.value = ""
        self.forget()
        self._on_goal(words)

    def _confirm(self) -> None:
        drive = self._chosen
        self.forget()
        if drive is not None:
            drive()


def _write(handle: Any, text: str) -> None:
    # Every assignment travels to every browser.
    if handle.content != text:
        handle.content = text
