"""对账 of the platform: known spans derived anew from every stored probe."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.ledger import Ledger, uptimereading
from dashboard.uptime.spans import STATES
from dashboard.uptime.verdicts import known_spans

_ALWAYS = 1 << 61
Found = tuple[str, int, str, str, int, int]
"""(what, city day, component, state and span, stored, recounted)"""


def reconcile_platform(ledger: Ledger, progress: Callable[[int], None]) -> tuple[int, list[Found]]:
    """How many spans were compared, and every difference from the present policies."""
    rules = ledger.rules
    stored = uptimereading.spans(ledger, 0, _ALWAYS)
    components = sorted(uptimereading.last_probes(ledger).keys() | stored.keys())
    found: list[Found] = []
    spans = 0
    for component in components:
        points = uptimereading.probes(ledger, component, 0, _ALWAYS)
        fresh = known_spans(points, rules.policy(component))
        had = stored.get(component, [])
        spans += len(had)
        for start, end, state in sorted({*had} ^ {*fresh}):
            there = (start, end, state) in had
            text = f"{STATES[state]} {start}–{end}"
            day = rules.day(start)
            found.append(("component", day, component, text, int(there), int(not there)))
        progress(1)
    return spans, found
