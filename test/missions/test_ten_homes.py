"""Ten validation homes, ten different goals, over real DDS. Slow: each home is toured and mapped.

`./astra test --slow test/missions/test_ten_homes.py` prints the table.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

ROOT = Path(__file__).parents[2]
GOALS = {
    50000: "I am thirsty",
    50001: "I want to watch a film",
    50002: "I am tired and want to sleep",
    50003: "I want to take a bath",
    50004: "let me wash my hands",
    50005: "I want to cook dinner",
    50006: "I need something to read",
    50007: "bring me to the dining table",
    50008: "I need to use the toilet",
    50009: "where are my clothes?",
}


@pytest.mark.slow
def test_at_least_nine_of_ten_goals_are_reached(tmp_path: Path) -> None:
    rows = []
    for seed, goal in GOALS.items():
        result = tmp_path / f"{seed}.json"
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "astra_cli", "demo", "--seed", str(seed)),
                *("--goal", goal, "--json", str(result)),
            ],
            cwd=ROOT,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        data = json.loads(result.read_text()) if result.exists() else {}
        why = "; ".join(data.get("causes", [finished.stderr.strip()]))
        rows.append((seed, goal, data.get("success", False), data.get("goal_landmark", ""), why))
        print(f"{seed} {'ok  ' if rows[-1][2] else 'FAIL'} {goal!r} -> {rows[-1][3]} {why}")
    assert sum(row[2] for row in rows) >= 9, rows
