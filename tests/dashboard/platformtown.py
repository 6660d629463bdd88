"""青石镇's platform: four components, two of them vital, a minute a probe."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import orjson

from dashboard.city import Profile, load_profile
from dashboard.eventkinds import Event, read_event
from tests.town import DAY, HOUR, NOW

MINUTE = 60_000
TEXT = """
id = "qingshi"
code = "990100"
name = "青石镇"
[[districts]]
code = "990101"
name = "东街"
[platform]
district_platforms = true
[platform.day]
outage_min = 30
single_min = 15
unknown_min = 60
[[platform.components]]
id = "case-system"
name = "受理派遣系统"
vital = true
slow_ms = 800
gap_s = 180
failures = 2
successes = 2
[[platform.components]]
id = "database"
name = "数据库"
kind = "database"
vital = true
gap_s = 300
failures = 1
[[platform.components]]
id = "gis"
name = "地理信息"
kind = "map"
"""


def profile(folder: Path, more: str = "") -> Profile:
    file = folder / "qingshi.toml"
    file.write_text(TEXT + more, "utf-8")
    return load_profile(file)


@dataclass
class Sender:
    """Makes events with numbers of their own."""

    n: int = 0

    def event(self, kind: str, at: int, **fields: object) -> Event:
        self.n += 1
        said = {"id": f"e{self.n}", "type": kind, "at": at, "sent_by": "probe", **fields}
        return read_event(orjson.dumps(said), max(NOW, at))

    def row(self, component: str, first: int, last: int, ok: bool = True, ms: int = 40) -> Event:
        """Probes every minute from `first` to `last`."""
        last -= (last - first) % MINUTE
        said: dict[str, object] = {"component": component, "ok": ok, "every_ms": MINUTE}
        return self.event("probe", last, **said, latency_ms=ms, **{"from": first})


def noisy(seed: int, start: int, end: int) -> list[Event]:
    """A random life: long good rows, outages, slow spells, silences, and what people enter."""
    rng, sender = random.Random(seed), Sender()
    out: list[Event] = []
    for component in ("case-system", "database", "gis", "district:990101", "screen:hall"):
        at = start
        while at < end:
            last = min(end - MINUTE, at + MINUTE * rng.choice([2, 7, 40, 300, 900]))
            kind = rng.choices(["good", "bad", "slow", "silent"], [6, 1, 1, 1])[0]
            if kind == "bad":
                last = min(last, at + MINUTE * rng.choice([0, 1, 5, 14, 15, 20, 45]))
            if kind != "silent" and last >= at:
                out.append(
                    sender.row(component, at, last, kind != "bad", 900 if kind == "slow" else 40)
                )
            at = last + MINUTE
    for n in range(6):
        begin = start + rng.randrange(max(1, (end - start) // MINUTE)) * MINUTE
        fields: dict[str, object] = {
            "component": rng.choice(["case-system", "database", "*"]),
            "from": begin,
            "to": begin + rng.choice([10, 40, 300]) * MINUTE,
        }
        kind = ("outage", "maintenance", "correction")[n % 3]
        if kind == "maintenance":
            fields |= {"approved": rng.random() < 0.7}
        if kind == "correction":
            state = rng.choice(["up", "down", "unknown", "degraded", "maintenance"])
            fields |= {"state": state, "why": "核实", "who": "王工", "role": "运维"}
        out.append(sender.event(kind, begin + n, **fields))
    for n in range(5):
        opened = start + rng.randrange(max(1, end - start))
        done: dict[str, object] = {}
        if rng.random() < 0.7:
            done["responded"] = opened + rng.choice([5, 40]) * MINUTE
            done["restored"] = opened + rng.choice([1, 9]) * HOUR
        said: dict[str, object] = {"component": "database", "opened": opened}
        said |= {name: at for name, at in done.items() if at < end}  # type: ignore[operator]
        out.append(sender.event("ticket", opened, ticket=f"T{n}", **said))
    return out


__all__ = ["DAY", "HOUR", "MINUTE", "Sender", "noisy", "profile"]
