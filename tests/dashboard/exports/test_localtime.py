"""The city's clock, against Python's own zone arithmetic."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel

from dashboard.exports.localtime import LocalTime

ZONES = ("Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
CLOCKS = {zone: LocalTime(zone) for zone in ZONES}


@pytest.mark.parametrize("zone", ZONES)
@given(ms=st.integers(946_684_800_000, 4_102_444_800_000))
def test_text_and_serial_are_the_local_time(zone: str, ms: int) -> None:
    local = datetime.datetime.fromtimestamp(ms // 1000, ZoneInfo(zone)).replace(tzinfo=None)
    assert CLOCKS[zone].text(ms) == local.strftime("%Y-%m-%d %H:%M:%S")
    assert from_excel(CLOCKS[zone].serial(ms)) == local
