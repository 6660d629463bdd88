"""When a web process may be sent screens 就绪: once it could show something, it stays so.

Redis or the database away later does not take readiness back: every web process would lose it at
the same moment, and the walls would be led from their last figures to nothing. A process that was
started meanwhile has no figures at all, and says that it is not ready: nobody is sent to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dashboard.snapshot import Frame


class Shown(Protocol):
    """What a web process shows; `live.Hub` is one."""

    @property
    def frame(self) -> Frame | None: ...
    @property
    def data_at(self) -> int | None: ...
    @property
    def redis_ok(self) -> bool: ...
    @property
    def viewers(self) -> int: ...


class Readiness:
    """Of one web process. `unsound`: whether the ledger's tables are not this program's, as far as
    is known; one that is away does not keep screens out, their links are signed."""

    def __init__(self, hub: Shown, unsound: Callable[[], bool]) -> None:
        self._hub, self._unsound = hub, unsound
        self._connected = False

    def waits(self) -> Sequence[str]:
        """What is still missing; empty once all was there."""
        self._connected = self._connected or self._hub.redis_ok
        missing = {"connected": self._connected, "migrated": not self._unsound()}
        return [name for name, there in missing.items() if not there]

    def told(self) -> Mapping[str, Any]:
        """What `/healthz` says besides: how things are at this moment."""
        return {
            "redis_ok": self._hub.redis_ok,
            "viewers": self._hub.viewers,
            "data_at": self._hub.data_at,
        }
