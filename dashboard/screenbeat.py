"""What a wall page says of itself 屏幕心跳, and what to make of it: is it painting 在画?

Painting is not the same as fresh data: where no frame comes, a page that would paint is well. It
stands still where frames come and are not applied, or the browser gives it no animation frames.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

BEAT_S: Final = 30
"""How often a page says so."""
LOST_MS: Final = 2_500 * BEAT_S
"""Without a beat for this long a screen is out of reach 失联."""
STILL_MS: Final = 15_000
"""Frames came this recently and none was applied for as long: it stands still 停住."""
ERROR_MOST: Final = 300

State = Literal["painting", "still", "lost", "never", "revoked"]
NAMES: Final[dict[State, str]] = {
    "painting": "在画",
    "still": "停住",
    "lost": "失联",
    "never": "未接入",
    "revoked": "已吊销",
}
_Short = Annotated[str, msgspec.Meta(max_length=64)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class BadBeat(ValueError):
    """A report that is none."""


class Beat(msgspec.Struct, frozen=True, gc=False):
    """A page's report; ages and spans by its own monotonic clock."""

    scene: _Short
    turning: Literal["turning", "paused", "pinned"]
    link: Literal["connecting", "live", "late", "offline"]
    seq: _Count
    """Of the frame it shows."""
    age_ms: _Count | None
    """How old that frame is by the server's clock."""
    silent_ms: _Count
    """Since a frame came."""
    painted: _Count
    """Frames applied since it was loaded."""
    painted_ms: _Count | None
    """Since the last one was."""
    fps: Annotated[int, msgspec.Meta(ge=0, le=1_000)]
    hidden: bool
    heap: _Count | None
    nodes: _Count
    build: Annotated[str, msgspec.Meta(max_length=128)]
    width: Annotated[int, msgspec.Meta(ge=0, le=1 << 17)]
    height: Annotated[int, msgspec.Meta(ge=0, le=1 << 17)]
    up_s: _Count
    error: Annotated[str, msgspec.Meta(max_length=ERROR_MOST)] = ""
    done: Annotated[tuple[tuple[_Short, _Short], ...], msgspec.Meta(max_length=16)] = ()
    """Orders 遥控 carried out: (id, what went wrong or "")."""

    @property
    def paints(self) -> bool:
        """Whether it would show a frame that came."""
        stuck = self.painted_ms is None or self.painted_ms > STILL_MS
        return self.fps > 0 and not (stuck and self.silent_ms < STILL_MS)


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A beat as Redis keeps it, with the server's time it came (epoch ms)."""

    at: int
    beat: Beat


_beat = msgspec.json.Decoder(Beat)
_kept = msgspec.json.Decoder(Kept)


def read_beat(body: bytes) -> Beat:
    """What a page posted. Raises `BadBeat`."""
    try:
        return _beat.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadBeat(f"心跳不合格：{error}") from None


def kept(at: int, beat: Beat) -> bytes:
    """What Redis keeps of a beat."""
    return msgspec.json.encode(Kept(at, beat))


def read_kept(body: bytes | None) -> Kept | None:
    """What Redis kept; None for nothing, or what another version wrote."""
    try:
        return None if body is None else _kept.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def state_of(found: Kept | None, now: int, revoked: bool = False) -> State:
    """How a screen is, by what it said last."""
    if revoked:
        return "revoked"
    if found is None:
        return "never"
    if now - found.at > LOST_MS:
        return "lost"
    return "painting" if found.beat.paints else "still"
