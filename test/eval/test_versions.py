"""The fingerprints of our own code: what changes them, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from astra_eval import versions


@pytest.fixture()
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout of a few files, below a folder that is called as those of nodes are."""
    root = tmp_path / "ros" / "astra"
    for name in (
        "astra_sim/conditions.py",
        "astra_local/ros/node.py",
        "astra_cli/runner.py",
        "docs/conf.py",
    ):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("A = 1\n")
    monkeypatch.setattr(versions, "_ROOT", root)
    return root


@pytest.mark.parametrize(
    ("name", "in_results", "over_dds"),
    [
        ("astra_sim/conditions.py", True, False),
        ("astra_local/ros/node.py", False, True),
        ("astra_cli/runner.py", False, True),
        ("docs/conf.py", False, False),
    ],
)
def test_what_a_result_depends_on_changes_its_fingerprint(
    checkout: Path, name: str, in_results: bool, over_dds: bool
) -> None:
    def both() -> tuple[str, str]:
        # Cached: code does not change while it runs.
        return versions.code_fingerprint.__wrapped__(), versions.ros_code_fingerprint.__wrapped__()

    before = both()
    (checkout / name).write_text("A = 2\n")
    after = both()
    assert [before[k] != after[k] for k in range(2)] == [in_results, over_dds]
