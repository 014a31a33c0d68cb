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
        wait_until(lambda: browser.click(width // 2, height // 2) or said, 60.0)
    assert said[0] == ("landmark", "big/1")


def test_the_floor_is_clicked_with_shift_held(served, open_page):
    page, said = served
    # Looked at from above and the south, at the middle between the nodes.
    page.set_graph(np.array([[-4.0, 2.0, 0.0], [4.0, 2.0, 0.0]]), np.empty((0, 2, 3)))
    page.set_localized(True)
    with open_page(page.address) as browser:
        browser.wait_for("Localized.")
        width, height = 1076, 757  # Of the view beside the panel.
        deadline_s = time.monotonic() + 60.0
        while not said:
            browser.click(width // 2, height // 2, shift=True)
            time.sleep(0.5)
            assert time.monotonic() < deadline_s
        browser.click(width // 2, height // 2)
        time.sleep(1.0)
    kind, (x_m, y_m) = said[0]
    assert {what for what, _ in said} == {"point"} and kind == "point"
    assert x_m == pytest.approx(0.0, abs=0.5)
    assert y_m == pytest.approx(2.0, abs=0.5)
