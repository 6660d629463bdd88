"""Who is asking 身份: a person, a screen or a program, as every request carries it in its scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from dashboard.access.roles import Role

Kind = Literal["none", "user", "wall", "token", "open"]
Stage = Literal["full", "totp", "change"]
"""How far a person has signed in: all the way, up to the second factor, up to a new password."""

KEY: Final = "cityops.identity"
ENDED: Final = "cityops.ended"
MAP_SCENE: Final = "grid_heat"
"""The scene with the map: who was given others gets none of its data."""


@dataclass(frozen=True)
class Identity:
    """Who is asking. No `areas` means the whole city; no `scenes` every scene."""

    user: str = ""
    """The account, or the screen's or token's id."""
    name: str = ""
    roles: frozenset[Role] = frozenset()
    areas: frozenset[str] = frozenset()
    """District codes 区 that a district's user is confined to."""
    kind: Kind = "none"
    scenes: tuple[str, ...] = ()
    stage: Stage = "full"
    csrf: str = ""
    """What a change must bring along: `X-CSRF-Token`, or the form field `csrf`."""
    sent_by: str = ""
    """The only sending system a program's token may speak for; "" any."""

    def sees(self, district: str | None) -> bool:
        """Whether this person's area 管辖范围 covers a district's code; the whole city covers also
        what lies in no district."""
        return not self.areas or district in self.areas


NOBODY: Final = Identity()


class HasScope(Protocol):
    """A request of Starlette or FastAPI."""

    @property
    def scope(self) -> MutableMapping[str, Any]: ...


def identity_of(request: HasScope) -> Identity:
    """Who sent this request; nobody where the guard has not seen it."""
    found = request.scope.get(KEY)
    return found if isinstance(found, Identity) else NOBODY


def ended_of(scope: Mapping[str, Any]) -> Callable[[], str]:
    """Asks, cheaply and at any time, why a stream must end: "" while it may go on."""
    found: Callable[[], str] = scope.get(ENDED, str)
    return found
