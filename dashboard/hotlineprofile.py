"""What a city decides about its hotline 热线口径: the table `[hotline]` of the profile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboard.tomltable import Table

PERSON_REQUESTS: Final = {
    "ivr": "进过语音菜单而未离开即挂断的不算，其余都算",
    "queued": "有离开菜单、排队、振铃、应答或溢出任一步骤的才算",
    "offered": "每次呼入都算",
}
"""转人工请求: what counts as asking for a person."""
WAIT_FROM: Final = {"queue": "从入队（离开菜单、呼入）起", "offered": "从呼入起"}
DUE_RULES: Final = {
    "marked": "来源系统标明的",
    "answered": "每个已应答来电",
    "order_closed": "每个已办结工单",
}
"""应回访、应反馈: what makes a call owe one."""


BESIDE: Final = (
    "calls.connect_rate@offered",
    "calls.connect_rate@without_short",
    "calls.connect_rate@person",
    "calls.service_level_15s@answered",
)


@dataclass(frozen=True)
class HotlineYear:
    """A year's own target and variant of the connect rate 接通率, with their source."""

    target: float | None = None
    variant: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Hotline:
    """Thresholds and readings of the hotline's figures; every one differs from city to city."""

    short_abandon_s: float = 5.0
    """短放弃（秒挂）: gone sooner than this; 0 = there are none."""
    answer_within_s: float = 15.0
    person_request: str = "ivr"
    wait_from: str = "queue"
    max_wait_s: float = 1800.0
    """A caller without an outcome for so long is taken to be gone, its last event lost 丢失结局."""
    max_state_h: float = 12.0
    """An agent's state without a successor for so long is taken to be over 丢失签退."""
    min_sample: int = 100
    """24 h windows with fewer calls are not judged 最小样本."""
    satisfied_from: int = 4
    callback_due: str = "marked"
    feedback_due: str = "marked"
    seats: int | None = None
    """席位数, where the city states it."""
    name: str = "12319"
    beside: tuple[str, ...] = BESIDE
    """口径并列: measures with a variant that the wall shows side by side."""
    years: Mapping[int, HotlineYear] = field(default_factory=dict)

    @property
    def folded(self) -> tuple[object, ...]:
        """Everything a stored count follows from, for the version of the ledger's rules."""
        return (
            self.short_abandon_s,
            self.answer_within_s,
            self.person_request,
            self.wait_from,
            self.max_state_h,
            self.satisfied_from,
            self.callback_due,
            self.feedback_due,
        )


def read_hotline(table: Table, rates: Mapping[str, Mapping[str, object]]) -> Hotline:
    """The hotline of a profile; `rates` are its rates with their variants. Raises
    `ProfileError`."""
    usual = Hotline()
    variants = rates["calls.connect_rate"]
    choices = [f"{id}@{variant}" for id, found in rates.items() for variant in found]
    seats = table.number("seats", 1, 100_000, whole=True) if "seats" in table else None
    hotline = Hotline(
        short_abandon_s=table.number("short_abandon_s", 0, 600, usual.short_abandon_s),
        answer_within_s=table.number("answer_within_s", 1, 600, usual.answer_within_s),
        person_request=table.choice("person_request", PERSON_REQUESTS, usual.person_request),
        wait_from=table.choice("wait_from", WAIT_FROM, usual.wait_from),
        max_wait_s=table.number("max_wait_s", 60, 86_400, usual.max_wait_s),
        max_state_h=table.number("max_state_h", 1, 48, usual.max_state_h),
        min_sample=int(table.number("min_sample", 1, 1e6, usual.min_sample, whole=True)),
        satisfied_from=int(table.number("satisfied_from", 2, 5, usual.satisfied_from, whole=True)),
        callback_due=table.choice("callback_due", DUE_RULES, usual.callback_due),
        feedback_due=table.choice("feedback_due", DUE_RULES, usual.feedback_due),
        name=table.text("name", "热线号码，如 12319", r".{1,12}", usual.name),
        beside=table.texts("beside", "比率指标@口径", "|".join(map(re.escape, choices)))
        or usual.beside,
        seats=None if seats is None else int(seats),
        years=_years(table.table("years"), variants),
    )
    table.done()
    return hotline


def _years(given: Table, variants: Mapping[str, object]) -> dict[int, HotlineYear]:
    out: dict[int, HotlineYear] = {}
    for key in given:
        one = given.table(key)
        if not key.isdecimal() or not 2000 <= int(key) <= 2099:
            raise given.error(key, key, "年份 2000–2099")
        out[int(key)] = HotlineYear(
            one.optional_number("target", 0, 1),
            one.choice("variant", variants) if "variant" in one else None,
            one.text("source", "出处", default=""),
        )
        one.done()
    return out
