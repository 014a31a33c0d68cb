"""The table of missions: figures by hand, and requests that are refused before any work."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import pytest

from astra_cli.commands import missions
from astra_cli.commands.missions import run_missions
from astra_core.errors import AstraError
from astra_core.stack_spec import CLASSICAL, StackSpec
from astra_eval import missions_eval, stack_facts
from astra_eval.fault_facts import FaultFacts
from astra_eval.missions_eval import MissionWork, summarize_missions
from astra_global.mission.log import MissionEvent
from astra_global.types import Decision, Evidence
from astra_sim.conditions import EMPTY
from astra_sim.faults import FAULTS


def _row(seed: int, success: bool, **changes: object) -> dict:
    row = {
        "scene": "home",
        "seed": seed,
        "number": 0,
        "success": success,
        "spl": 0.8 if success else 0.0,
        "path_length_m": 500.0,
        "collisions": 0 if success else 1,
        "fallback_fraction": 0.1,
        "failure": "" if success else "collision",
        "sim_time_s": 20.0,
        "real_time_factor": 2.0,
        "localization": {"first_fix_s": 1.0, "within_1m_percent": 100.0},
    }
    return {**row, **changes}


def test_figures_by_hand() -> None:
    never = {"first_fix_s": -1.0, "within_1m_percent": None}
    summary = summarize_missions([_row(1, True), _row(2, False, localization=never)])
    results = summary["results"]
    assert summary["n"] == 2
    assert results["success_percent"] == 50.0
    assert results["spl"] == pytest.approx(0.4)
    # A start that never got a fix counts against localization, not into the time of fixes.
    assert results["first_fix_s"] == 1.0
    assert results["localization_success_percent"] == 50.0
    assert results["collisions_per_km"] == pytest.approx(1.0)
    assert summary["failures"] == {"collision": 1}
    low, high = summary["ci95"]["success_percent"]
    assert low < 50.0 < high


def test_no_rows_give_no_numbers() -> None:
    assert math.isnan(summarize_missions([])["results"]["success_percent"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"family": "castle"}, "castle"),
        ({"seeds_text": "8:5"}, "--seeds"),
        ({"seeds_text": "49999:50001"}, "mixes"),
        ({"conditions": "rainy"}, "rainy"),
        ({"goals": "easy"}, "easy"),
        ({"dds": True, "jobs": 2}, "--jobs 1"),
        ({"faults": "glass,flood"}, "'flood'"),
        ({"faults": "glass", "dds": True}, "--dds"),
        ({"json_file": Path("/proc/no/such.json")}, "cannot write"),
    ],
)
def test_bad_requests_are_one_line(changes: dict, message: str) -> None:
    values = {
        "family": "home",
        "seeds_text": "5:6",
        "per_scene": 1,
        "conditions": "standard",
        "goals": "test",
        "dds": False,
        "jobs": 1,
        "rows": None,
        "pictures": None,
        "maps": None,
        "stack": CLASSICAL,
        "map_kind": "oracle",
        "tour": "rig",
        "json_file": None,
    }
    values |= changes
    with pytest.raises(AstraError, match=message):
        run_missions(values.pop("family"), values.pop("seeds_text"), **values)


def test_the_result_says_what_drove_and_on_what_maps(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(missions, "run_units", lambda work, units, *rest, **more: [_row(5, True)])
    values = {"per_scene": 1, "conditions": "empty", "goals": "named", "dds": False, "jobs": 1}
    for stack in (CLASSICAL, StackSpec(perception="mono", planner="flow")):
        monkeypatch.setattr(stack_facts, "weights_sha256", lambda stack: dict(stack.models))
        run_missions(
            *("home", "5:6"),
            **values,
            rows=tmp_path / stack.name,
            pictures=None,
            maps=None,
            json_file=tmp_path / "missions.json",
            stack=stack,
            map_kind="oracle",
            tour="rig",
        )
        data = json.loads((tmp_path / "missions.json").read_text())
        assert data["stack"] == stack.to_json()
        assert data["weights"] == stack.models
        assert (data["map"], data["tour"], data["conditions"]) == ("oracle", "rig", "empty")
        assert data["depth"] == stack.depth
    assert data["depth"] == "none"


def test_rows_with_faults_are_of_their_own_and_never_mixed_with_healthy_ones(
    monkeypatch, tmp_path: Path, capsys
) -> None:
    units = []

    def run_units(work, asked, *rest, **more):
        units.extend(asked)
        return [_row(5, True, **FaultFacts(work.faults[unit[2]]).to_json()) for unit in asked]

    monkeypatch.setattr(missions, "run_units", run_units)
    values = {
        "per_scene": 2,
        "conditions": "empty",
        "goals": "named",
        "dds": False,
        "jobs": 1,
        "rows": tmp_path / "rows",
        "pictures": None,
        "maps": None,
        "stack": CLASSICAL,
        "map_kind": "oracle",
        "tour": "rig",
        "json_file": tmp_path / "faults.json",
    }
    run_missions("home", "5:7", **values, faults="glass,imu-silent")
    # A fault keeps its number whichever others are asked for.
    glass, silent = (list(FAULTS).index(name) for name in ("glass", "imu-silent"))
    assert set(units) == {
        (seed, number, fault) for seed in (5, 6) for number in (0, 1) for fault in (glass, silent)
    }
    data = json.loads((tmp_path / "faults.json").read_text())
    assert {name: figures["n"] for name, figures in data["faults"].items()} == {
        "glass": 4,
        "imu-silent": 4,
    }
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["glass", "imu-silent"]
    with pytest.raises(AstraError, match="made differently"):
        run_missions("home", "5:7", **values)


@pytest.mark.parametrize("success", [True, False])
def test_a_failed_mission_keeps_its_log(monkeypatch, tmp_path: Path, success: bool) -> None:
    decided = (Decision(Evidence.SIGNS, 1.5, 2),)
    log = (
        MissionEvent(2_000_000_000, "start", "take me to the sofa"),
        MissionEvent(
            3_500_000_000, "fix", "first fix", {"contradiction": float("nan"), "decided": decided}
        ),
    )
    drive = SimpleNamespace(
        log=log, record=None, real_time_factor=1.0, bytes_sha256="ab", fault=None
    )
    score = SimpleNamespace(success=success, to_json=lambda: {"success": success})
    monkeypatch.setattr(missions_eval, "drive_case", lambda case, stack: drive)
    monkeypatch.setattr(missions_eval, "score_drive", lambda case, drive: score)
    work = MissionWork("home", EMPTY, "named", lambda family, seed: tmp_path)
    row = work((50000, 0))
    if success:
        assert "log" not in row
    else:
        assert row["log"][1] == {
            "s": 1.5,
            "kind": "fix",
            "message": "first fix",
            "contradiction": None,
            "decided": [{"by": "signs", "log_odds": 1.5, "observations": 2}],
        }
