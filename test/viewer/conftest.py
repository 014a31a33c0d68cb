"""A browser where the machine has one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import browser


@pytest.fixture
def open_page():
    if browser.find_browser() is None:
        pytest.skip("no chromium or chrome on this machine")
    return browser.page
