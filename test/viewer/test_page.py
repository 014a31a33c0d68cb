"""The page in a real browser: typing, pressing and clicking reach the callbacks."""

import time

import numpy as np
import pytest

from astra_viewer.grids import map_picture
from astra_viewer.page import Grid, LandmarkShown, ViewerPage


@pytest.fixture
def served():
    said = []
    page = ViewerPage(
        18080,
        on_goal=lambda words: said.append(("goal", words)),
        on_landmark=lambda name: said.append(("landmark", name)),
        on_point=lambda x_m, y_m: said.append(("point", (x_m, y_m))),
        on_cancel=lambda: said.append(("stop", "")),
    )
    yield page, said
    page.close()


def wait_until(condition, timeout_s=30.0):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def test_two_pages_take_two_ports(served):
    page, _ = served
    other = ViewerPage(
        18080,
        on_goal=lambda _: None,
        on_landmark=lambda _: None,
        on_point=lambda *_: None,
        on_cancel=lambda: None,
    )
    try:
        assert other.url != page.url
    finally:
        other.close()


def test_goals_are_typed_and_missions_stopped(served, open_page):
    page, said = served
    page.set_localized(False, "no picture yet")
    with open_page(page.address) as browser:
        browser.wait_for("no picture yet")
        browser.type_goal("I am thirsty")
        browser.press_button("Go")
        wait_until(lambda: said == [("goal", "I am thirsty")])
        page.set_mission("**driving**, 3.0 m to go")
        browser.wait_for("driving, 3.0 m to go")
        browser.press_button("Stop")
        wait_until(lambda: said[1:] == [("stop", "")])
        page.set_localized(True)
        browser.wait_for("Localized.")
        browser.type_goal("to the kitchen")
        browser.press_enter()
        wait_until(lambda: said[2:] == [("goal", "to the kitchen")])
        # Nothing is left in the box that a second Enter would send.
        time.sleep(1.0)
        browser.press_enter()
        browser.wait_for("Type where to go first.")
        assert len(said) == 3


def test_an_empty_goal_is_not_sent(served, open_page):
    page, said = served
    with open_page(page.address) as browser:
        browser.wait_for("Go")
        browser.press_button("Go")
        browser.wait_for("Type where to go first.")
    assert said == []


def test_what_is_drawn_is_seen_and_a_landmark_is_clicked(served, open_page, tmp_path):
    import cv2

    page, said = served
    cells = np.zeros((100, 100), dtype=np.int8)
    page.set_floor(Grid(map_picture(cells), (-5.0, -5.0), 0.1))
    page.set_graph(np.array([[-4.0, 0.0, 0.0], [4.0, 0.0, 0.0]]), np.empty((0, 2, 3)))
    # In the middle of the view, and large.
    page.set_landmarks([LandmarkShown("big/1", "big box", (0.0, 0.0, 0.5), (3.0, 3.0, 1.0))])
    page.set_localized(True)
    page.set_route(np.array([[-4.0, -3.0], [4.0, -3.0]]))
    page.place_odom((1.0, 0.0, 0.0))
    page.place_robot((0.0, -4.0, 0.0))
    page.set_pose_ellipse((1.0, -4.0), np.diag([0.04, 0.01]))
    page.set_obstacles(np.array([[2.0, -4.0]]), 0.1)
    page.set_image("front", np.full((240, 320, 3), (30, 200, 40), dtype=np.uint8))
    with open_page(page.address) as browser:
        browser.wait_for("front")
        picture = tmp_path / "page.png"

        def greens():
            browser.screenshot(picture)
            rgb = cv2.imread(str(picture))[..., ::-1].astype(int)
            return np.count_nonzero(np.abs(rgb - (40, 170, 60)).sum(axis=2) < 60)

        # The route is green, and so is the picture of the camera.
        wait_until(lambda: greens() > 20_000)
        width, height = 1076, 757  # Of the view beside the panel.
        deadline_s = time.monotonic() + 60.0
        while "Drive to the big box" not in browser.text:
            browser.click(width // 2, height // 2)
            time.sleep(0.5)
            assert time.monotonic() < deadline_s
        assert not said  # A click alone drives nobody anywhere.
        browser.press_button("Drive to the big box")
        wait_until(lambda: said)
        time.sleep(1.0)
        assert "Drive to" not in browser.text
    assert said == [("landmark", "big/1")]


def test_what_was_chosen_is_forgotten_by_stop_and_by_a_goal_that_is_typed(served, open_page):
    page, said = served
    page.set_graph(np.array([[-4.0, 2.0, 0.0], [4.0, 2.0, 0.0]]), np.empty((0, 2, 3)))
    page.set_localized(True)
    with open_page(page.address) as browser:
        browser.wait_for("Localized.")
        for forget, told in (
            (lambda: browser.press_button("Stop"), ("stop", "")),
            (lambda: (browser.type_goal("bed"), browser.press_enter()), ("goal", "bed")),
        ):
            deadline_s = time.monotonic() + 60.0
            while "Drive to" not in browser.text:
                browser.click(538, 378, shift=True)
                time.sleep(0.5)
                assert time.monotonic() < deadline_s
            forget()
            wait_until(lambda told=told: told in said)
            wait_until(lambda: "Drive to" not in browser.text)
    assert not [what for what, _ in said if what == "point"]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_what_matters_fits_on_a_screen_and_a_telephone(served, open_page, width, height):
    page, _ = served
    for name in ("front", "left", "rear", "right"):
        page.set_image(name, np.full((240, 320, 3), 90, dtype=np.uint8))
    page.set_localized(True)
    with open_page(page.address) as browser:
        browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < height,
        )
        browser.wait_for("front, left, rear, right")
        time.sleep(2.0)

        def is_on_screen(selector):
            left, top, right, bottom = browser.value(
                f"(() => {{ const b = {selector}.getBoundingClientRect();"
                " return [b.left, b.top, b.right, b.bottom]; })()"
            )
            return 0 <= left < right <= width and 0 <= top < bottom <= height

        shown = ["[...document.querySelectorAll('button')].find(b => b.innerText.trim() == 'Stop')"]
        if width > height:
            shown.append("document.querySelector('img[src^=blob],img[src^=data]')")
            shown.append(
                "[...document.querySelectorAll('span')]"
                ".find(s => s.innerText.trim().endsWith('places of the tour'))"
            )
        for selector in shown:
            # The panel takes a moment to its new place.
            wait_until(lambda selector=selector: is_on_screen(selector))


def test_readers_look_from_above_and_along(served, open_page):
    page, _ = served
    page.set_graph(np.array([[-6.0, 2.0, 0.0], [4.0, 2.0, 0.0]]), np.empty((0, 2, 3)))
    page.place_robot((3.0, 0.0, 0.0))

    def camera():
        (client,) = page._server.get_clients().values()
        return np.array(client.camera.position), np.array(client.camera.look_at)

    with open_page(page.address) as browser:
        browser.wait_for("Follow")
        browser.press_button("Above")
        wait_until(lambda: np.allclose(camera()[1], (-1.0, 2.0, 0.0), atol=0.05))
        wait_until(lambda: camera()[0][2] > 10.0)
        assert np.allclose(camera()[0][:2], (-1.0, 2.0), atol=0.1)
        browser.press_button("Follow")
        wait_until(lambda: np.allclose(camera()[1], (3.0, 0.0, 0.0), atol=0.05))
        seen_m = camera()[0] - camera()[1]
        page.place_odom((1.0, 1.0, np.pi / 2.0))  # (3, 0) of odom is (1, 4) of the map.
        wait_until(lambda: np.allclose(camera()[1], (1.0, 4.0, 0.0), atol=0.05))
        wait_until(lambda: np.allclose(camera()[0] - camera()[1], seen_m, atol=0.1))
        browser.press_button("Map")
        wait_until(lambda: np.allclose(camera()[1], (-1.0, 2.0, 0.0), atol=0.05))
        page.place_robot((4.0, 0.0, 0.0))
        time.sleep(1.0)
        assert np.allclose(camera()[1], (-1.0, 2.0, 0.0), atol=0.05)


def test_the_floor_is_clicked_with_shift_held(served, open_page):
    page, said = served
    # Looked at from above and the south, at the middle between the nodes.
    page.set_graph(np.array([[-4.0, 2.0, 0.0], [4.0, 2.0, 0.0]]), np.empty((0, 2, 3)))
    page.set_localized(True)
    with open_page(page.address) as browser:
        browser.wait_for("Localized.")
        width, height = 1076, 757  # Of the view beside the panel.
        deadline_s = time.monotonic() + 60.0
        while "Drive to the spot" not in browser.text:
            browser.click(width // 2, height // 2, shift=True)
            time.sleep(0.5)
            assert time.monotonic() < deadline_s
        browser.click(width // 2, height // 2)
        time.sleep(1.0)
        assert not said
        label = next(line for line in browser.text.splitlines() if line.startswith("Drive to"))
        browser.press_button(label)
        wait_until(lambda: said)
    kind, (x_m, y_m) = said[0]
    assert {what for what, _ in said} == {"point"} and kind == "point"
    assert x_m == pytest.approx(0.0, abs=0.5)
    assert y_m == pytest.approx(2.0, abs=0.5)
