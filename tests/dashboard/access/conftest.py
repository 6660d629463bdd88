"""One house for each test."""

from pathlib import Path

import pytest

from dashboard.access import passwords
from tests.dashboard.access.house import CHEAP, House


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """梅县 behind its guard; `.signed_in("wang")`, `.wall()`, `.visitor()` are browsers."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    return House(tmp_path)
