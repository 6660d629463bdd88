"""Nonsense 乱码: events that nobody may count, of every kind a confused sender comes up with.

Each is made from an event of a real feed, so that one which slipped through would change figures.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import orjson

YEAR_MS = 365 * 86_400_000
LARGE = 1_000_000

Event = dict[str, Any]
Make = Callable[[random.Random, Event, int], bytes]


def _with(event: Event, **changes: Any) -> bytes:
    return orjson.dumps(event | changes)


def _set(event: Event, **fields: Any) -> bytes:
    return orjson.dumps(event | {"set": event.get("set", {}) | fields})


def _raw(event: Event, name: str, text: bytes) -> bytes:
    """The event with a known field of `set` written as it stands, JSON or not."""
    marked = _set(event, **{name: "@@"})
    return marked.replace(b'"@@"', text)


def _broken_json(chance: random.Random, event: Event, now: int) -> bytes:
    line = orjson.dumps(event)
    return chance.choice(
        [
            line[: chance.randrange(1, len(line))],
            line + chance.choice([b"}", b",", b"x", line]),
            line.replace(b'"', b"'"),
            line.replace(b":", b"=", 1),
            b"\xef\xbb\xbf" + line,
            b"[" + line + b"]",
            orjson.dumps(line.decode()),
            b"null",
            b"0",
        ]
    )


def _wrong_types(chance: random.Random, event: Event, now: int) -> bytes:
    name, values = chance.choice(
        [
            ("id", [7, None, [], "", "x" * 129]),
            ("type", ["call", "CASE", 1, None]),
            ("at", ["yesterday", True, None, [2021], 1.5, {}]),
            ("case", [20210101, "", "C" * 65, {"no": 1}]),
            ("rev", ["3", 0, 1.5, True, []]),
            ("sent_by", [5, "s" * 65, ["szcg"]]),
            ("step", [3, ["report"], {}]),
            ("set", [[], "district", 5, [["district", "1"]]]),
        ]
    )
    if chance.random() < 0.5:
        return _with(event, **{name: chance.choice(values)})
    fields: list[tuple[str, list[Any]]] = [
        ("reported_at", ["soon", 1.5, True, []]),
        ("rework_count", ["2", 1.5, True, [1]]),
        ("district", [441403, "", "d" * 65, ["441403"]]),
        ("place", ["路" * 41, 5]),
        ("satisfaction", ["good", 2.5]),
        ("self_handled", [1, "yes", []]),
        ("lon", ["116.1", True]),
        ("postponed_h", ["2h", False]),
    ]
    field, bad = chance.choice(fields)
    return _set(event, **{field: chance.choice(bad)})


def _unknown_step(chance: random.Random, event: Event, now: int) -> bytes:
    return _with(
        event, step=chance.choice(["explode", "", "REPORT", "report ", "上报", "__class__"])
    )


def _impossible_time(chance: random.Random, event: Event, now: int) -> bytes:
    bad = chance.choice(
        [
            now // 1000,
            0,
            chance.randrange(946_656_000_000),
            "2021-02-03T04:05:06",
            "2021-02-30T00:00:00+08:00",
            "2021-13-01T00:00:00Z",
            "2021-06-01T25:00:00+08:00",
            "1999-12-31T00:00:00+08:00",
            "21-06-01",
        ]
    )
    return chance.choice([_with(event, at=bad), _set(event, closed_at=bad)])


def _future(chance: random.Random, event: Event, now: int) -> bytes:
    later = now + chance.randrange(3_600_000, 70 * YEAR_MS)
    return chance.choice(
        [
            _with(event, at=later),
            _with(event, at="9999-12-31T23:59:59+08:00"),
            _set(event, disposed_at=later),
            _set(event, deadline=now + 100 * YEAR_MS),
        ]
    )


def _negative(chance: random.Random, event: Event, now: int) -> bytes:
    n = -chance.randrange(1, 10**6)
    return chance.choice(
        [
            _with(event, at=n),
            _with(event, rev=n),
            _set(event, rework_count=n),
            _set(event, supervise_count=n),
            _set(event, postponed_h=n / 10),
            _set(event, satisfaction=n),
            _set(event, lon=n - 180),
            _set(event, lat=n - 90),
            _set(event, accepted_at=n),
        ]
    )


def _one_megabyte(chance: random.Random, event: Event, now: int) -> bytes:
    long = "长" * (LARGE // 3)
    return chance.choice([_set(event, place=long), _set(event, note=long), _with(event, id=long)])


def _surrogates(chance: random.Random, event: Event, now: int) -> bytes:
    lone = chance.choice([rb"\ud800", rb"\udfff", rb"a\udc00b", b"\xed\xa0\x80", rb"\ud800\ud800"])
    name = chance.choice(["place", "district", "category", "id", "case", "sent_by"])
    if name in ("id", "case", "sent_by"):
        return _with(event, **{name: "@@"}).replace(b"@@", lone)
    return _raw(event, name, b'"' + lone + b'"')


def _control(chance: random.Random, event: Event, now: int) -> bytes:
    text = f"a{chr(chance.choice([0, 1, 9, 10, 27, 127]))}b"
    name = chance.choice(["id", "case", "sent_by"])
    return chance.choice([_with(event, **{name: text}), _set(event, place=text)])


def _binary(chance: random.Random, event: Event, now: int) -> bytes:
    noise = b"\x80" + chance.randbytes(chance.randrange(1, 400))
    line = bytearray(orjson.dumps(event))
    line[chance.randrange(1, len(line))] = chance.choice([0, 0xFF])
    packed = b"\x1f\x8b\x08\x00" + noise
    return chance.choice(
        [noise, bytes(line), packed, orjson.dumps(event).decode().encode("utf-16")]
    )


def _nested(chance: random.Random, event: Event, now: int) -> bytes:
    depth = chance.randrange(2_000, 10_000)
    nest = b"[" * depth + b"]" * depth
    return chance.choice(
        [
            b"[" * 2 * depth,
            b'{"set":' * depth + b"1" + b"}" * depth,
            nest,
            _raw(event, "place", nest),
            _raw(event, "note", nest),
        ]
    )


def _huge(chance: random.Random, event: Event, now: int) -> bytes:
    number = b"9" * chance.choice([19, 25, 400, 5_000])
    name = chance.choice(["rework_count", "reported_at", "lon", "satisfaction", "postponed_h"])
    top = chance.choice(["at", "rev"])
    return chance.choice(
        [
            _raw(event, name, number),
            _raw(event, name, b"1e400"),
            _with(event, **{top: "@@"}).replace(b'"@@"', number),
        ]
    )


def _not_a_number(chance: random.Random, event: Event, now: int) -> bytes:
    text = chance.choice([b"NaN", b"Infinity", b"-Infinity", b"nan", b"+1", b"0x10", b"01", b".5"])
    return _raw(event, chance.choice(["lon", "lat", "postponed_h", "rework_count"]), text)


def _nothing_to_do(chance: random.Random, event: Event, now: int) -> bytes:
    bare = {name: event[name] for name in ("id", "type", "at", "case")}
    return orjson.dumps(bare | chance.choice([{}, {"set": {}}, {"set": {"note": "x"}}]))


KINDS: dict[str, Make] = {
    make.__name__.strip("_"): make
    for make in (
        _broken_json,
        _wrong_types,
        _unknown_step,
        _impossible_time,
        _future,
        _negative,
        _surrogates,
        _control,
        _binary,
        _nested,
        _huge,
        _not_a_number,
        _nothing_to_do,
    )
}
REASONS = {
    "unknown_step": "step: ",
    "future": "in the future|is not a time|expected|not an event",
    "nothing_to_do": "nothing to update",
    "one_megabyte": "bytes, expected at most",
}
"""What the reason must say, for the kinds that are refused for one reason."""


def nonsense(
    seed: int, count: int, lines: list[bytes], now: int, large: int
) -> Iterator[tuple[str, bytes]]:
    """`count` pieces of nonsense and the kind of each; the first `large` are of one megabyte."""
    chance = random.Random(seed)
    kinds = list(KINDS)
    lines = [line for line in lines if orjson.loads(line)["type"] == "case"]
    for n in range(count):
        event = orjson.loads(chance.choice(lines))
        kind = "one_megabyte" if n < large else kinds[n % len(kinds)]
        make = _one_megabyte if n < large else KINDS[kind]
        body = make(chance, event, now).replace(b"\n", b"\x80")
        yield kind, body
