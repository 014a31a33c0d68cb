"""A real browser without a window, driven by the DevTools protocol: enough to type, click, look."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Root needs --no-sandbox; machines without a graphics card the software renderer.
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu-sandbox --use-gl=angle --use-angle=swiftshader "
    "--enable-unsafe-swiftshader --no-first-run --window-size=1400,900 --remote-debugging-port=0"
)


def find_browser():
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def page(url, timeout_s=60.0):
    """Open a page; yields it and closes the browser at the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [find_browser(), *FLAGS.split(), f"--user-data-dir={profile}", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(_address(Path(profile), process, timeout_s), max_size=None) as socket:
                yield Page(socket, timeout_s)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _address(profile, process, timeout_s):
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        assert process.poll() is None, "the browser ended by itself"
        try:
            port = (profile / "DevToolsActivePort").read_text().splitlines()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                targets = json.load(answer)
            return next(t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page")
        except (OSError, StopIteration, IndexError):
            time.sleep(0.1)
    raise AssertionError(f"the browser did not answer within {timeout_s:.0f} s")


class Page:
    def __init__(self, socket, timeout_s):
        self._socket, self._timeout_s, self._number = socket, timeout_s, 0

    def call(self, method, **parameters):
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=self._timeout_s))
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    @property
    def text(self):
        return self.value("document.body ? document.body.innerText : ''")

    def wait_for(self, words, timeout_s=60.0):
        deadline_s = time.monotonic() + timeout_s
        while words not in self.text:
            assert time.monotonic() < deadline_s, f"{words!r} is not on the page:\n{self.text}"
            time.sleep(0.2)

    def type_goal(self, words):
        self.value(
            "[...document.querySelectorAll('input:not([type])')]"
            ".find(box => box.offsetParent && !box.value.startsWith('ws')).focus()"
        )
        self.value("document.execCommand('selectAll')")
        self.call("Input.insertText", text=words)
        time.sleep(1.5)  # The page sends what is typed when the keys have rested.

    def press_enter(self):
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Enter",
                code="Enter",
                windowsVirtualKeyCode=13,
                text="\r" if kind == "keyDown" else "",
            )

    def press_button(self, label):
        name = json.dumps(label)
        self.value(
            f"[...document.querySelectorAll('button')].find(b => b.innerText.trim() == {name})"
            ".click()"
        )

    def click(self, x, y, shift=False):
        held = {"modifiers": 8} if shift else {}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                clickCount=1,
                **held,
            )

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))
