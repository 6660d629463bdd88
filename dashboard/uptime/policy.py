"""How probes of a component are read 探测判定: gap, threshold, retries, recovery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_GAP_MS: Final = 6 * 3_600_000
"""An allowed gap is at most this: less than the day that probes are kept together by."""


@dataclass(frozen=True)
class Policy:
    """`gap_ms` 允许间隔: an instant is known if a probe lies at most so long before it.

    `slow_ms`: an answer slower than this is 劣化 degraded; None: however slow, it is up.
    `failures`: so many failed probes in a row are an outage, from the first of them; fewer are
    passed over. `successes`: so many good ones in a row end it, at the last of them.
    """

    gap_ms: int = 180_000
    slow_ms: int | None = None
    failures: int = 2
    successes: int = 1

    @property
    def version(self) -> str:
        """What stored intervals follow from; another version means they are derived anew."""
        slow = "" if self.slow_ms is None else self.slow_ms
        return f"{self.gap_ms}/{slow}/{self.failures}/{self.successes}"
