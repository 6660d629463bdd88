"""A second, tiny reading of the event contract: lines to records to counts, by its words alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from dashboard.profile import Profile

Record = dict[str, Any]

WRITES: dict[str, tuple[list[str], list[str]]] = {
    "report": (["reported_at"], []),
    "accept": (["accepted_at"], ["rejected_at"]),
    "reject": (["rejected_at"], ["accepted_at"]),
    "verify_send": (["verify_sent_at"], []),
    "verify_done": (["verified_at"], []),
    "file": (["filed_at"], ["refused_at"]),
    "refuse": (["refused_at"], ["filed_at"]),
    "dispatch": (["dispatched_at"], []),
    "return": (["returned_at"], []),
    "dispose": (["disposed_at"], []),
    "postpone": (["postponed_at"], []),
    "suspend": (["suspended_at"], ["resumed_at"]),
    "resume": (["resumed_at"], []),
    "supervise": (["supervised_at"], []),
    "check_send": (["check_sent_at"], []),
    "check_pass": (["checked_at"], []),
    "check_fail": (["checked_at", "check_failed_at"], ["disposed_at"]),
    "close": (["closed_at"], []),
    "reopen": (["reopened_at"], ["closed_at"]),
    "cancel": (["cancelled_at"], []),
    "restore": (["restored_at"], ["cancelled_at"]),
    "revisit": (["revisited_at"], []),
}


def records(lines: Iterable[bytes]) -> dict[str, Record]:
    """Case → fields, each the value of the highest rev that wrote it."""
    out: dict[str, dict[str, tuple[int, Any]]] = {}
    for line in lines:
        event = orjson.loads(line)
        fields = dict(event.get("set", {}))
        written, cleared = WRITES[event["step"]] if "step" in event else ([], [])
        for name in written:
            fields.setdefault(name, event["at"])
        for name in cleared:
            fields.setdefault(name, None)
        record = out.setdefault(event["case"], {})
        for name, value in fields.items():
            if name not in record or record[name][0] < event["rev"]:
                record[name] = (event["rev"], value)
    return {case: {name: v for name, (_, v) in record.items()} for case, record in out.items()}


def due(record: Record, profile: Profile) -> int | None:
    """The stated deadline, else the profile's from dispatch on."""
    if record.get("deadline") is not None or record.get("dispatched_at") is None:
        return record.get("deadline")
    return profile.due_at(
        record.get("category"),
        record.get("condition"),
        record.get("department"),
        record["dispatched_at"],
        record.get("postponed_h", 0),
    )


def counts(
    found: Iterable[Record],
    profile: Profile,
    inside: Callable[[int], bool],
    attribution: str = "own",
) -> Counter[str]:
    """The counts of the city, self-handled cases added as the profile says."""
    out: Counter[str] = Counter()
    for record in found:
        quick = bool(record.get("self_handled"))
        limit = due(record, profile)
        anchor = {"report": record.get("reported_at"), "deadline": limit}.get(attribution)

        def add(
            name: str,
            at: int | None,
            counted: bool = True,
            quick: bool = quick,
            anchor: int | None = anchor,
        ) -> None:
            when = at if anchor is None else anchor
            switch = "closed" if name.startswith("closed") else name
            mine = not quick or switch in profile.self_handled_counts_as
            if at is not None and when is not None and counted and mine and inside(when):
                out[name] += 1

        add("reported", record.get("reported_at"))
        if record.get("cancelled_at") is not None:
            add("cancelled", record["cancelled_at"])
            continue
        add("valid", record.get("reported_at"), record.get("filed_at") is not None)
        add("accepted", record.get("accepted_at"))
        add("filed", record.get("filed_at"))
        add("dispatched", record.get("dispatched_at"))
        add("disposed", record.get("disposed_at"))
        closed, disposed = record.get("closed_at"), record.get("disposed_at")
        add("closed", closed)
        in_time = quick or (disposed is not None and limit is not None and disposed <= limit)
        add("closed_on_time", closed, closed is not None and in_time)
        closing = quick or (closed is not None and limit is not None and closed <= limit)
        add("closed_on_time_closing", closed, closed is not None and closing)
    return out
