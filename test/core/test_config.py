"""Settings: what is refused, and how it is said."""

import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from astra_core.config import from_mapping, load_yaml, setting, settings, to_mapping
from astra_core.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    """Inner settings."""

    radius_m: float = setting(0.22, "Robot radius.", minimum=0.0, maximum=2.0)


@dataclass(frozen=True)
class Outer:
    """Outer settings."""

    rate_hz: float = setting(10.0, "Rate.", minimum=0.1)
    mode: str = setting("fast", "Mode.", choices=("fast", "slow"))
    samples: int = setting(400, "Samples.", minimum=1)
    names: tuple[str, ...] = setting(("a",), "Names.")
    inner: Inner = Inner()


@dataclass(frozen=True)
class Pair:
    """Two settings."""

    first: int = setting(0, "First.")
    second: int = setting(0, "Second.")


@dataclass(frozen=True)
class Wide:
    """A group of two."""

    pair: Pair = Pair()


def test_defaults_stand_when_nothing_is_said() -> None:
    assert from_mapping(Outer, {}) == Outer()


def test_nested_and_dotted_keys_mean_the_same() -> None:
    assert from_mapping(Outer, {"inner": {"radius_m": 0.3}}) == from_mapping(
        Outer, {"inner.radius_m": 0.3}
    )


def test_dotted_keys_add_to_a_group_and_do_not_replace_it() -> None:
    expected = Wide(Pair(1, 2))
    assert from_mapping(Wide, {"pair.first": 1, "pair": {"second": 2}}) == expected
    assert from_mapping(Wide, {"pair": {"second": 2}, "pair.first": 1}) == expected


@pytest.mark.parametrize("radius_m", [0.0, 2.0])
def test_the_limits_themselves_are_allowed(radius_m: float) -> None:
    assert from_mapping(Inner, {"radius_m": radius_m}).radius_m == radius_m


def test_round_trip() -> None:
    config = from_mapping(Outer, {"rate_hz": 5, "names": ["x", "y"], "inner": {"radius_m": 1}})
    assert from_mapping(Outer, to_mapping(config)) == config
    assert config.names == ("x", "y")
    assert isinstance(config.rate_hz, float)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"rate": 1.0}, "unknown setting 'rate'; did you mean 'rate_hz'"),
        ({"rate_hz": 0.0}, "rate_hz: must be at least 0.1, got 0.0"),
        ({"rate_hz": math.nan}, "must be at least"),
        ({"rate_hz": "ten"}, "expected float, got 'ten'"),
        ({"samples": 1.5}, "expected int"),
        ({"samples": True}, "expected int"),
        ({"mode": "medium"}, "must be one of fast, slow"),
        ({"inner": 3}, "expected named settings"),
        ({"inner": {"radius_m": 3.0}}, r"inner.radius_m: must be at most 2.0"),
        ({"rate_hz.x": 3.0}, "single value"),
    ],
)
def test_what_is_wrong_is_said(data: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        from_mapping(Outer, data)


def test_yaml_errors_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*none.yaml"):
        load_yaml(Outer, tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [1,")
    with pytest.raises(ConfigError, match=r"broken.yaml is not YAML"):
        load_yaml(Outer, broken)
    good = tmp_path / "good.yaml"
    good.write_text("rate_hz: 2.5\ninner:\n  radius_m: 0.5\n")
    assert load_yaml(Outer, good) == Outer(rate_hz=2.5, inner=Inner(0.5))


def test_settings_walk_everything_with_dotted_names() -> None:
    walked = {item.name: item for item in settings(Outer)}
    assert list(walked) == ["rate_hz", "mode", "samples", "names", "inner.radius_m"]
    assert walked["inner.radius_m"].maximum == 2.0
    assert walked["names"].type is tuple
    changed = {item.name: item.default for item in settings(Outer(inner=Inner(0.4)))}
    assert changed["inner.radius_m"] == 0.4


@dataclass(frozen=True)
class Fenced:
    """Settings that declare no range of their own."""

    top_mps: float = setting(0.5, "Speed.")
    gain_rad_per_m: float = setting(500.0, "Of the controller.")
    wait_s: float = setting(1.0, "Time.")
    edges_m: tuple[float, ...] = setting((1.0,), "Heights.")
    gap_m: float | None = setting(None, "Distance, where there is one.")
    name: str = setting("a", "Name.")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("top_mps", 50.0),
        ("top_mps", -50.0),
        ("wait_s", 1e6),
        ("wait_s", math.inf),
        ("gain_rad_per_m", 1e300),
        ("edges_m", [1.0, 1e6]),
        ("gap_m", 1e6),
    ],
)
def test_what_has_no_range_of_its_own_has_that_of_its_unit(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"{key}: must be at"):
        from_mapping(Fenced, {key: value})


def test_the_fence_of_a_unit_is_told_with_the_setting() -> None:
    by_name = {item.name: item for item in settings(Fenced)}
    assert (by_name["top_mps"].minimum, by_name["top_mps"].maximum) == (-10.0, 10.0)
    assert by_name["name"].maximum is None
