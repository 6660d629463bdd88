"""The name of a city's folding rules changes with what a ledger was folded by, and only then."""

from dataclasses import replace

from dashboard.city import load_profile
from dashboard.limits import Limit
from dashboard.worktime import WorkCalendar


def test_it_names_limits_calendar_and_channels_apart() -> None:
    city = load_profile("meixian")
    version = city.rules.version
    assert version and version == load_profile("meixian").rules.version
    assert replace(city, title="别的标题").rules.version == version
    changed = [
        replace(city, limits=(*city.limits, Limit("E0102", None, None, 1, "work_hours"))),
        replace(city, calendar=WorkCalendar(holidays="none")),
        replace(city, separate_channels=frozenset({"web"})),
    ]
    assert len({version, *(one.rules.version for one in changed)}) == 4
