"""One map for all missions of the test run; kept between runs like that of the demo."""

from pathlib import Path

import pytest

SEED = 7


@pytest.fixture(scope="session")
def home_map() -> Path:
    from astra_cli.scene_map import ensure_scene_map

    return ensure_scene_map("home", SEED, lambda share, text: None)
