"""The platform's figures over a window, against an oracle that goes minute by minute."""

import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from dashboard.city import Profile
from dashboard.eventkinds import Event, OtherEvent
from dashboard.formula import Value
from dashboard.ledger import Ledger
from dashboard.platformevents import Probe
from dashboard.platformmeasures import PLATFORM
from dashboard.reckoning import reckon
from dashboard.uptime.points import FAILED
from dashboard.windows import Window, window
from tests.dashboard.platformtown import DAY, HOUR, MINUTE, Sender, noisy, profile
from tests.town import MONDAY, day

FIRST = day(MONDAY)


class Oracle:
    """The platform of the town, by asking every minute what it was."""

    def __init__(self, city: Profile, events: list[Event], start: int, end: int) -> None:
        self.city, self.start = city, start
        self.events = [one for one in events if isinstance(one, OtherEvent)]
        ids = [one.id for one in city.platform.vital]
        states = [self._component(id, start, end) for id in ids]
        self.whole = [self._both(*pair) for pair in zip(*states, strict=True)]
        self.apart = states

    @staticmethod
    def _both(one: str, other: str) -> str:
        for allowed, answer in (("ug", "u"), ("ugm", "m"), ("ugm?", "?")):
            if one in allowed and other in allowed:
                return "g" if answer == "u" and "g" in (one, other) else answer
        return "d"

    def _component(self, id: str, start: int, end: int) -> list[str]:
        policy = self.city.platform.policy(id)
        answers: dict[int, int] = {}
        for event in self.events:
            if event.kind == "probe" and event.subject == id:
                row: Probe = event.data
                for at in range(row.first, row.last + 1, row.step):
                    answers[at] = max(answers.get(at, -1), row.answer)
        said = self._walk(answers, policy.gap_ms, policy.failures, policy.successes, policy.slow_ms)
        out: list[str] = []
        last: int | None = None
        times = sorted(answers)
        place = 0
        for at in range(start, end, MINUTE):
            while place < len(times) and times[place] <= at:
                last, place = times[place], place + 1
            known = last is not None and at - last < policy.gap_ms
            reach = times[place] - last if last is not None and place < len(times) else 1 << 62
            if last is not None and reach <= policy.gap_ms:
                known = True
            out.append(self._entered(id, at, (said[last] if known and last else None) or "?"))
        return out

    @staticmethod
    def _walk(
        answers: dict[int, int], gap: int, failures: int, successes: int, slow: int | None
    ) -> dict[int, str | None]:
        times = sorted(answers)
        runs: list[list[int]] = []
        for at in times:
            new = not runs or at - runs[-1][-1] > gap
            same = not new and (answers[at] == FAILED) == (answers[runs[-1][-1]] == FAILED)
            if same:
                runs[-1].append(at)
            else:
                runs.append([at])
        said: dict[int, str | None] = {}
        state: str | None = None
        for index, run in enumerate(runs):
            if index and run[0] - runs[index - 1][-1] > gap:
                state = None
            refuted = index + 1 < len(runs) and runs[index + 1][0] - run[-1] <= gap
            if answers[run[0]] == FAILED:
                if state == "d" or len(run) >= failures:
                    state = "d"
                    said |= dict.fromkeys(run, "d")
                else:
                    said |= dict.fromkeys(run, state if refuted else None)
                continue
            for n, at in enumerate(run, 1):
                if state == "d" and n < successes:
                    said[at] = "d"
                else:
                    state = "g" if slow is not None and answers[at] > slow else "u"
                    said[at] = state
        return said

    def _entered(self, id: str, at: int, below: str) -> str:
        letters = {"up": "u", "degraded": "g", "down": "d", "maintenance": "m", "unknown": "?"}
        mine = [
            (event, event.data.changes)
            for event in self.events
            if event.kind in ("outage", "maintenance", "correction")
            and event.data.changes["component"] in (id, "*")
            and event.data.changes["from"] <= at < event.data.changes["to"]
        ]
        made = [(e.at, e.data.id, c["state"]) for e, c in mine if e.kind == "correction"]
        if made:
            return letters[max(made)[2]]
        if any(e.kind == "maintenance" and c["approved"] for e, c in mine):
            return "m"
        return "d" if any(e.kind == "outage" for e, _ in mine) else below

    def figures(self, first: int, last: int, as_of: int) -> dict[str, float | None]:
        """Measures over city days first … last."""
        limits = self.city.platform.day
        days: list[str] = []
        normal = pending = fault = apart_normal = 0
        text = ""
        for number in range(first, last + 1):
            a = (self.city.day_start(number) - self.start) // MINUTE
            b = (min(as_of, self.city.day_start(number + 1)) - self.start) // MINUTE
            if a >= b:
                break
            piece = "".join(self.whole[a:b])
            days.append(piece)
            text += piece
            longest = max(
                len(run) for run in piece.translate(str.maketrans("ugm?", "    ")).split(" ")
            )
            unknown = piece.count("?") * MINUTE > limits.unknown_ms
            bad = (
                piece.count("d") * MINUTE > limits.outage_ms or longest * MINUTE > limits.single_ms
            )
            fault += bad
            pending += unknown and not bad
            normal += not bad and not unknown
            rows = [
                "".join(one[a:b]).translate(str.maketrans("ugm?", "    ")) for one in self.apart
            ]
            total = sum(row.count("d") for row in rows)
            worst = max(len(run) for row in rows for run in row.split(" "))
            worse = total * MINUTE > limits.outage_ms or worst * MINUTE > limits.single_ms
            apart_normal += not worse and not unknown
        before = "".join(self.whole[: (self.city.day_start(first) - self.start) // MINUTE])
        down = before.replace("?", "").replace("m", "").endswith("d")
        begun = 0
        for one in text:
            begun += one == "d" and not down
            down = one == "d" or (down and one not in "ug")
        n = {one: text.count(one) * 60 for one in "ugdm?"}
        should = n["u"] + n["g"] + n["d"] + n["?"]
        working = n["u"] + n["g"]
        return {
            "platform.normal_days": normal,
            "platform.normal_days/components": apart_normal,
            "platform.days": len(days),
            "platform.pending_days": pending,
            "platform.fault_days": fault,
            "platform.outages": begun,
            "platform.fault_rate": n["d"] / should if should else None,
            "platform.fault_rate/count": begun / len(days),
            "platform.availability_lower": working / should if should else None,
            "platform.availability_upper": (working + n["?"]) / should if should else None,
            "platform.mtbf": working / begun if begun else None,
            "platform.mttr": n["d"] / begun if begun else None,
            "platform.unknown_time": n["?"],
        }


def found(ledger: Ledger, city: Profile, span: Window) -> dict[str, Value]:
    return reckon(ledger, city, span, ids=PLATFORM).measures


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 100_000),
    first=st.integers(0, 3),
    length=st.integers(1, 3),
    cut=st.integers(1, 5 * 24 * 60),
)
@example(seed=55657, first=1, length=1, cut=1)
def test_random_days_are_what_the_minute_by_minute_oracle_says(
    tmp_path_factory: pytest.TempPathFactory, seed: int, first: int, length: int, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("town")
    city = profile(folder)
    start, end = MONDAY, MONDAY + 5 * DAY
    events = noisy(seed, start, end)
    ledger = Ledger.open(f"sqlite:///{folder}/l.db", city.rules, city.id)
    ledger.apply(events)
    as_of = min(end, max(MONDAY + first * DAY + HOUR, MONDAY + cut * MINUTE))
    span = Window(FIRST + first, FIRST + first + length, as_of)
    oracle = Oracle(city, events, start, end)
    minutes = slice(
        first * 24 * 60, (min(as_of, city.day_start(FIRST + first + length)) - start) // MINUTE
    )
    assume(any(set(states[minutes]) - {"?"} for states in oracle.apart))  # else: no data at all
    expected = oracle.figures(
        FIRST + first,
        FIRST + first + length - 1,
        min(as_of, city.day_start(FIRST + first + length)),
    )
    span = Window(span.first_day, span.end_day, min(as_of, city.day_start(span.end_day)))
    measures = found(ledger, city, span)
    for id, value in expected.items():
        name, _, variant = id.partition("/")
        if not variant:
            assert measures[name].value == pytest.approx(value), id
    for variant, name in (("components", "normal_days"), ("count", "fault_rate")):
        chosen = profile(folder, f'[variants]\n"platform.{name}" = "{variant}"\n')
        value = found(ledger, chosen, span)[f"platform.{name}"].value
        assert value == pytest.approx(expected[f"platform.{name}/{variant}"])
    parts = reckon(ledger, city, span, "day", PLATFORM).by
    for name in ("normal_days", "days", "outages", "pending_days"):
        total = sum(one[f"platform.{name}"].value or 0 for one in parts.values())
        assert total == measures[f"platform.{name}"].value
    ledger.close()


@pytest.mark.parametrize(("year", "days"), [(2024, 366), (2025, 365)])
def test_a_whole_good_year_has_all_its_days(tmp_path: Path, year: int, days: int) -> None:
    city = profile(tmp_path)
    span = window(city, datetime.date(year, 1, 1), datetime.date(year, 12, 31), 1 << 60)
    start, end = city.day_start(span.first_day), city.day_start(span.end_day)
    sender = Sender()
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.db", city.rules, city.id)
    for component in ("case-system", "database"):
        for at in range(start, end, 30 * DAY):
            ledger.apply([sender.row(component, at, min(at + 30 * DAY, end) - MINUTE)])
    measures = found(ledger, city, Window(span.first_day, span.end_day, end))
    assert measures["platform.normal_days"].value == measures["platform.days"].value == days
    assert measures["platform.availability_lower"].value == 1
    assert measures["platform.mtbf"].state == "nodata"
    assert measures["platform.maintenance_timeliness"].value is None
    correction = sender.event(
        "correction", end - DAY, component="database", state="down", why="补录", who="王工",
        **{"from": start + HOUR, "to": start + 2 * HOUR},
    )  # fmt: skip
    ledger.apply([correction])
    measures = found(ledger, city, Window(span.first_day, span.end_day, end))
    assert measures["platform.normal_days"].value == days - 1
    assert measures["platform.mttr"].value == 3600
    ledger.close()


def test_without_any_evidence_there_is_no_data_and_records_are_evidence(tmp_path: Path) -> None:
    city = profile(tmp_path)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.db", city.rules, city.id)
    span = Window(FIRST, FIRST + 1, MONDAY + DAY)
    assert found(ledger, city, span)["platform.normal_days"].state == "nodata"
    on_record = '[[platform.components]]\nid = "video"\nname = "视频"\nevidence = "records"\n'
    city = profile(tmp_path, on_record + "vital = true\n")
    assert found(ledger, city, span)["platform.pending_days"].value == 1
    ledger.close()


def test_components_are_counted_each_for_itself(tmp_path: Path) -> None:
    city = profile(tmp_path)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.db", city.rules, city.id)
    sender = Sender()
    ledger.apply([sender.row(one, MONDAY, MONDAY + DAY - MINUTE) for one in ("gis", "case-system")])
    span = Window(FIRST, FIRST + 1, MONDAY + DAY)
    by = reckon(ledger, city, span, "component", PLATFORM).by
    assert by["gis"]["platform.normal_days"].value == 1
    assert by["database"]["platform.pending_days"].value == 1
    assert city.label("component", "district:990101") == "东街二级平台"
    ledger.close()
