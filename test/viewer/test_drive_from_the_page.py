"""The whole stack, the viewer and a browser: type a goal, watch the robot arrive."""

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")


def test_a_goal_typed_on_the_page_is_driven(open_page, tmp_path, monkeypatch):
    from astra_cli.demo.stack import running_stack
    from astra_cli.scene_map import ensure_scene_map
    from astra_sim.scenes import make_scene

    # running_stack() chooses a domain for this process; put everything back afterwards.
    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    home_map = ensure_scene_map("home", 7, lambda share, text: None)
    with running_stack(make_scene("home", 7), home_map, None, viewer=True) as stack:
        assert stack.page.startswith("http://127.0.0.1:")
        with open_page(stack.page) as browser:
            browser.wait_for("Localized.", 120.0)
            browser.type_goal("I am thirsty")
            browser.press_button("Go")
            browser.wait_for("to go", 60.0)
            browser.wait_for("arrived after", 240.0)
            browser.wait_for("rear")  # Every camera has its picture.
            browser.screenshot(tmp_path / "arrived.png")
            stack.check()
            browser.type_goal("fly me to the moon")
            browser.press_button("Go")
            browser.wait_for("(102)", 60.0)
