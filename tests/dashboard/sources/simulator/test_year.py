from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import islice, pairwise

import orjson
import pytest

from dashboard.city import load_profile
from dashboard.cityparts import Area, YearTotals
from dashboard.events import decode
from dashboard.profile import Profile
from dashboard.sources.simulator import year_lines
from dashboard.worktime import WorkCalendar
from tests.dashboard.sources.simulator.recount import counts, records

HOUR = 3_600_000


def year_of(city: Profile, year: int) -> Callable[[int], bool]:
    first, end = (city.day_start((date(y, 1, 1) - date(1970, 1, 1)).days) for y in (year, year + 1))
    return lambda ms: first <= ms < end


@pytest.fixture(scope="module")
def meixian() -> list[bytes]:
    return [line for lines in year_lines(load_profile("meixian"), 2021) for line in lines]


@pytest.mark.parametrize("attribution", ["own", "report", "deadline"])
def test_meixian_2021_equals_the_published_year(meixian: list[bytes], attribution: str) -> None:
    city = load_profile("meixian")
    found = counts(records(meixian).values(), city, year_of(city, 2021), attribution)
    assert found["closed"] == found["disposed"] == 13199
    assert found["closed_on_time"] == found["closed_on_time_closing"] == 12699
    if attribution != "deadline":
        assert (found["reported"], found["filed"]) == (13966, 13199)


def test_meixian_2021_by_channel(meixian: list[bytes]) -> None:
    channels = Counter(record["channel"] for record in records(meixian).values())
    assert channels == load_profile("meixian").years[2021].channels


def test_any_order_and_number_of_deliveries_gives_the_same_records(meixian: list[bytes]) -> None:
    assert records(reversed(meixian)) == records(meixian) == records([*meixian, *meixian[:999]])


def test_every_line_is_an_event_of_the_contract(meixian: list[bytes]) -> None:
    now = 1_900_000_000_000
    cases = {decode(line, now).case for line in meixian}
    assert len(cases) == 13966


def test_nothing_happens_outside_the_year_or_out_of_order(meixian: list[bytes]) -> None:
    city = load_profile("meixian")
    inside = year_of(city, 2021)
    last: dict[str, tuple[int, int]] = {}
    for event in sorted(map(orjson.loads, meixian), key=lambda e: (e["case"], e["rev"])):
        rev, at = last.get(event["case"], (0, 0))
        assert inside(event["at"])
        assert event["rev"] in (rev, rev + 1) and event["at"] >= at
        last[event["case"]] = (event["rev"], event["at"])


def test_lines_arrive_in_the_order_of_delivery(meixian: list[bytes]) -> None:
    ats = [orjson.loads(line)["at"] for line in meixian]
    on_time = sum(a <= b + 2 * HOUR for a, b in pairwise(ats))
    assert on_time / len(ats) > 0.98
    assert ats != sorted(ats), "some arrive late"


def test_the_year_has_what_real_feeds_have(meixian: list[bytes]) -> None:
    events = [orjson.loads(line) for line in meixian]
    ids = Counter(event["id"] for event in events)
    again = sum(n - 1 for n in ids.values())
    assert 0.007 < again / len(ids) < 0.013
    corrected = sum("step" not in event for event in events)
    assert 0.015 < corrected / 13966 < 0.028
    steps = Counter(event.get("step") for event in events)
    for step in ("return", "check_fail", "postpone", "suspend", "resume", "supervise", "cancel"):
        assert steps[step] > 10, step
    assert all(steps[step] > 0 for step in ("restore", "reopen", "revisit", "verify_done"))


def test_the_same_seed_gives_the_same_bytes_and_another_another(meixian: list[bytes]) -> None:
    city = load_profile("meixian")
    first = [b"\n".join(lines) for lines in islice(year_lines(city, 2021), 40)]
    again = [b"\n".join(lines) for lines in islice(year_lines(city, 2021), 40)]
    other = [b"\n".join(lines) for lines in islice(year_lines(city, 2021, 2), 40)]
    assert first == again != other
    assert first == [b"\n".join(lines) for lines in islice(_days(meixian, first), 40)]


def _days(lines: list[bytes], like: list[bytes]) -> list[list[bytes]]:
    out, start = [], 0
    for text in like:
        n = text.count(b"\n") + 1 if text else 0
        out.append(lines[start : start + n])
        start += n
    return out


def test_codes_and_places(meixian: list[bytes]) -> None:
    city = load_profile("meixian")
    codes = {area.code for area in city.districts}
    grids = set()
    for record in records(meixian).values():
        assert record["district"] in codes
        assert record["unit_cell"].startswith(record["community"])
        assert record["community"].startswith(record["street"])
        lengths = [len(record[key]) for key in ("street", "community", "unit_cell")]
        assert lengths == [9, 12, 15]
        assert record["category"] in city.categories
        assert 115.9 < record["lon"] < 116.2 and 24.1 < record["lat"] < 24.4
        assert city.label("district", record["district"]) in record["place"]
        assert city.label("department", record.get("department")) != record.get("department")
        grids.add(record["duty_grid"])
    assert len(grids) == 11


def test_days_hours_and_hot_spots(meixian: list[bytes]) -> None:
    city = load_profile("meixian")
    hours: Counter[int] = Counter()
    weekdays: Counter[int] = Counter()
    cells: Counter[str] = Counter()
    for record in records(meixian).values():
        day = city.day(record["reported_at"])
        hours[(record["reported_at"] - city.day_start(day)) // HOUR] += 1
        weekdays[(day + 3) % 7] += 1
        cells[record["unit_cell"]] += 1
    assert hours[10] > 10 * hours[3] and hours[12] < hours[9]
    assert weekdays[6] < weekdays[0]
    hottest = sum(n for _, n in cells.most_common(len(cells) // 20))
    assert hottest / 13966 > 0.12, "a twentieth of the cells should stand out"


TOTALS = YearTotals(
    2024,
    "x",
    published={"reported": 1500, "filed": 1300, "closed": 1150, "closed_on_time": 1000},
    chosen={
        "accepted": 1330,
        "dispatched": 1190,
        "disposed": 1120,
        "closed_late": 30,
        "cancelled": 40,
        "self_cancelled": 3,
    },
    channels={"collector": 1100, "self_handled": 100, "hotline_12319": 200, "iot": 100},
)
SWITCHES = frozenset({"reported", "filed", "closed"})


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "Asia/Shanghai"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_any_town_in_any_zone_with_any_seed_is_exact(zone: str, seed: int) -> None:
    town = Profile(
        id="qingshi",
        code="990100",
        name="青石镇",
        title="青石镇",
        timezone=zone,
        calendar=WorkCalendar(zone),
        districts=(Area("101", "东街"), Area("102", "西街")),
        self_handled_counts_as=SWITCHES,
        years={2024: TOTALS},
    )
    lines = [line for day in year_lines(town, 2024, seed) for line in day]
    for attribution in ("own", "report", "deadline"):
        found = counts(records(lines).values(), town, year_of(town, 2024), attribution)
        late = found["closed_on_time"] - found["closed_on_time_closing"]
        assert (found["disposed"], found["closed"], found["closed_on_time"], late) == (
            1120,
            1150,
            1000,
            30,
        )
        if attribution != "deadline":
            keys = ("reported", "accepted", "filed", "dispatched", "cancelled")
            assert [found[key] for key in keys] == [1500, 1330, 1300, 1190, 40]


def test_a_few_days_of_nanyang_look_like_its_year() -> None:
    city = load_profile("nanyang")
    lines = [line for day in islice(year_lines(city, 2021), 12) for line in day]
    found = [r for r in records(lines).values() if "reported_at" in r]
    channels = Counter(record["channel"] for record in found)
    days = {city.day(record["reported_at"]) for record in found}
    assert len(days) == 12
    assert 1000 < len(found) / 12 < 1700
    assert abs(channels["self_handled"] / len(found) - 68654 / 509566) < 0.01
    early = [r for r in found if city.day(r["reported_at"]) < min(days) + 6]
    filed = sum(r.get("filed_at") is not None and not r.get("cancelled_at") for r in early)
    assert abs(filed / len(early) - 465557 / 509566) < 0.02


def test_yueyang_passes_on_what_is_valid_but_not_its_business() -> None:
    city = load_profile("yueyang")
    lines = [line for day in islice(year_lines(city, 2020), 9) for line in day]
    found = records(lines).values()
    passed_on = [r for r in found if r.get("filed_at") and r.get("rejected_at")]
    assert 0.02 < len(passed_on) / len(found) < 0.06
    assert all(r.get("accepted_at") is None and "dispatched_at" not in r for r in passed_on)
    transferred = [r for r in found if r["channel"] == "transfer_12345"]
    assert 0.02 < len(transferred) / len(found) < 0.06
