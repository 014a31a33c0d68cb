"""One robot: read from a file, hashed, filled into configs, and defended against copies."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from astra_core.errors import ConfigError
from astra_core.robot import RobotConfig, load_robot
from astra_core.robot_settings import (
    Bound,
    for_robot,
    load_for_robot,
    require_robot,
    robot_links,
    robot_setting,
)

ROBOT = RobotConfig(footprint_radius_m=0.3, height_m=0.8, wheel_track_m=0.4, max_linear_mps=1.0)


@dataclass(frozen=True)
class Body:
    """Settings deep inside."""

    radius_m: float = robot_setting("footprint_radius_m", "Radius.")
    top_m: float = robot_setting(
        "height_m", "Top.", bound=Bound.AT_LEAST, derive=lambda height_m: height_m + 0.5
    )
    edges_m: tuple[float, ...] = robot_setting(
        "height_m", "Edges.", bound=Bound.AT_LEAST, derive=lambda height_m: (0.1, height_m)
    )
    own: float = 7.0


@dataclass(frozen=True)
class Config:
    """Settings of a node."""

    speed_mps: float = robot_setting("max_linear_mps", "Speed.", bound=Bound.AT_MOST)
    body: Body = field(default_factory=Body)
    robot: RobotConfig = field(default_factory=RobotConfig)


def test_without_a_word_everything_is_as_the_default_robot() -> None:
    assert Config() == for_robot(Config(), RobotConfig())
    assert (Config().speed_mps, Config().body.radius_m, Config().body.top_m) == (0.6, 0.22, 1.7)


def test_a_robot_fills_in_what_it_decides_and_nothing_else() -> None:
    config = for_robot(Config(body=Body(own=3.0)), ROBOT)
    assert config == Config(1.0, Body(0.3, 1.3, (0.1, 0.8), own=3.0), ROBOT)
    require_robot(config, ROBOT, "here")


def test_what_the_robot_decides_is_known_by_name() -> None:
    links = robot_links(Config)
    assert {"speed_mps", "body.radius_m", "body.top_m", "robot.height_m"} <= links.keys()
    assert "body.own" not in links
    assert links["robot.height_m"].field == "height_m"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"body": Body(0.31, 1.3, (0.1, 0.8))}, "body.radius_m is 0.31 .* footprint_radius_m"),
        ({"body": Body(0.29, 1.3, (0.1, 0.8))}, "body.radius_m is 0.29 .* footprint_radius_m"),
        (
            {"body": Body(0.3, 0.79, (0.1, 0.8))},
            "body.top_m is 0.79 and must not be below height_m",
        ),
        (
            {"body": Body(0.3, 0.8, (0.9, 0.7))},
            r"body.edges_m is \[0.9, 0.7\] and must not be below",
        ),
        ({"speed_mps": 1.01}, "speed_mps is 1.01 and must not be above max_linear_mps of R, 1.0"),
        ({"robot": replace(ROBOT, height_m=0.7)}, "robot.height_m is 0.7 .* the same as height_m"),
    ],
)
def test_contradictions_are_refused_by_name(change: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=f"here: {said}"):
        require_robot(replace(for_robot(Config(), ROBOT), **change), ROBOT, "here", "R")


def test_more_headroom_and_less_speed_contradict_nothing() -> None:
    config = for_robot(Config(), ROBOT)
    calm = replace(config, speed_mps=0.2, body=Body(0.3, 0.8, (0.1, 2.0)))
    require_robot(calm, ROBOT, "here")


def test_limits_that_may_be_lower_may_not_be_higher() -> None:
    config = for_robot(Config(), ROBOT)
    lower, higher = (replace(config, body=Body(r, 1.3, (0.1, 0.8))) for r in (0.2, 0.4))
    require_robot(lower, ROBOT, "here", lower=("body.radius_m",))
    with pytest.raises(ConfigError, match=r"radius_m is 0\.4"):
        require_robot(higher, ROBOT, "here", lower=("body.radius_m",))


def test_a_file_is_read_and_what_it_does_not_name_stays(tmp_path: Path) -> None:
    path = tmp_path / "robot.yaml"
    path.write_text("footprint_radius_m: 0.3\nwheel_track_m: 0.4\nheight_m: 0.8\nmax_linear_mps: 1")
    assert load_robot(path) == ROBOT
    assert load_robot() == load_robot("") == RobotConfig()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("footprint_radius_m: -1", "footprint_radius_m: must be at least"),
        ("radius: 1", "unknown setting 'radius'"),
        ("height_m: tall", "height_m: expected float"),
        ("wheel_track_m: 0.5", r"wheel_track_m \(0.5\) is wider than the footprint"),
    ],
)
def test_errors_name_the_file_and_the_field(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "robot.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=rf"robot\.yaml[.:] ?{said}"):
        load_robot(path)


def test_the_hash_is_of_the_values() -> None:
    assert RobotConfig().sha256 == RobotConfig(max_linear_mps=0.6).sha256
    assert RobotConfig(max_linear_mps=1.0).sha256 == RobotConfig(max_linear_mps=1).sha256
    others = {RobotConfig().sha256} | {
        replace(RobotConfig(), **{name: value * 1.01}).sha256
        for name, value in vars(RobotConfig()).items()
    }
    assert len(others) == 1 + len(vars(RobotConfig()))
    assert len(RobotConfig().sha256) == 12


def test_a_file_of_settings_is_filled_in_from_the_robot(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("speed_mps: 0.5\nbody:\n  own: 3.0\n")
    expected = replace(for_robot(Config(body=Body(own=3.0)), ROBOT), speed_mps=0.5)
    assert load_for_robot(Config, path, ROBOT) == expected
    path.write_text("")
    assert load_for_robot(Config, path, ROBOT) == for_robot(Config(), ROBOT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("body: {radius_m: 0.22}", "body.radius_m is 0.22 and must be the same"),
        ("body.radius_m: 0.22", "body.radius_m is 0.22 and must be the same"),
        ("robot: {height_m: 1.2}", "robot.height_m is 1.2 and must be the same"),
        ("body: 3", "expected named settings"),
        ("- 1", "expected named settings"),
    ],
)
def test_a_file_that_contradicts_the_robot_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=rf"mine\.yaml.*{said}"):
        load_for_robot(Config, path, ROBOT)


@pytest.mark.parametrize(
    "line",
    ["max_linear_mps: 50", "max_angular_rad_s: 90", "max_linear_deceleration_mps2: 981"],
)
def test_a_robot_that_cannot_be_is_refused_by_name(line: str, tmp_path: Path) -> None:
    path = tmp_path / "robot.yaml"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{line.partition(':')[0]}: must be at most"):
        load_robot(path)
