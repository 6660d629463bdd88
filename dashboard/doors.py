"""The doors 门: a cookie, a token or a proxy's word becomes an identity, or a reason why not.

Screens come in while the account store is away: their token is signed, and what was last known of
revocations holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashboard.access.identity import NOBODY, Identity
from dashboard.access.keys import Keys
from dashboard.access.peers import Network, Peer
from dashboard.access.roles import Role
from dashboard.access.syslog import Collector, datagram
from dashboard.access.trail import Entry
from dashboard.access.walltoken import Network as Bound
from dashboard.access.walltoken import Screen, screen_of
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, Devices
from dashboard.ledger.errors import LedgerError
from dashboard.screensettings import ScreenSettings
from dashboard.signing import Signing, hash_of

log = logging.getLogger(__name__)

REFRESH_S: Final = 3.0
FLUSH_S: Final = 20.0
PRUNE_S: Final = 86_400.0
NOTED_MOST: Final = 1_000
SAME_MS: Final = 60_000
KEPT_MS: Final = 5_000
"""How long a person's session is believed for the wall's own requests without asking anew."""
OPEN: Final = Identity("open", "免登录", frozenset({Role.WALL}), kind="open")
HERE: Final = Identity("local", "本机", frozenset({Role.MONITOR}), kind="open")
"""Whoever is on this machine, for the measurements of running alone."""
PROGRAMS: Final = {"send": Role.SENDER, "watch": Role.MONITOR}


@dataclass(frozen=True)
class House:
    """How the doors stand: see docs/security.md."""

    open: bool = False
    """`access = "open"`: whoever is on this machine sees the wall."""
    trusted: Sequence[Network] = ()
    proxy_user: str = ""
    """The header in which a trusted proxy names the user; "" none."""
    audit_days: int = 400
    collector: str = ""
    """Where the audit log also goes, see `access.syslog`; "" nowhere."""


@dataclass
class Known:
    """What was last read of the store: the living screens and sessions; None before the first."""

    walls: dict[str, Device] | None = None
    gone: set[str] = field(default_factory=set)
    """Screens that were revoked 已吊销."""
    sessions: set[str] = field(default_factory=set)
    at: int = 0


class Doors:
    """Everything that can say who is asking."""

    def __init__(
        self,
        keys: Keys | None,
        database: Database,
        signing: Signing | None,
        house: House,
        now: Callable[[], int],
    ) -> None:
        self.keys, self.house, self.signing, self.now = keys, house, signing, now
        self._devices = Devices(database)
        self._known = Known()
        self._believed: dict[str, tuple[int, Identity]] = {}
        self._walls_seen: dict[str, int] = {}
        self._noted: list[Entry] = []
        self._told: dict[tuple[str, ...], int] = {}
        self._send: Callable[[bytes], object] | None = None
        self._collected = True
        self.store_ok = True

    # Screens ------------------------------------------------------------------------------------

    def screen(self, token: str) -> Screen | None:
        """The screen of a token that we made."""
        return screen_of(self.keys, token) if self.keys is not None else None

    def refusal(self, screen: Screen, address: str) -> str:
        """Why a screen may not come in: "revoked" 已吊销, "elsewhere" (bound to another network),
        "" if it may. May wait for the database.

        Only a revocation on record shuts a screen out: a store that has lost its screens (a new
        or an older one in its place) must not turn every wall dark that holds our signature."""
        if address not in Bound(screen.bind):
            return "elsewhere"
        walls = self._known.walls
        if walls is None or screen.id not in walls:
            try:
                found = self._devices.get(screen.id)
            except LedgerError as error:
                self._away(error)
                return "revoked" if screen.id in self._known.gone else ""
            if found is not None and found.revoked_at is not None:
                return "revoked"
            if found is None:
                told = Entry(self.now(), f"wall:{screen.id}", "screen.unknown", screen.name, {})
                self.note(told)
        self._walls_seen[screen.id] = self.now()
        return ""

    def wall_ended(self, id: str) -> str:
        """Why a screen's stream must end; does not wait."""
        return "revoked" if id in self._known.gone else ""

    def settings(self, id: str) -> ScreenSettings | None:
        """A screen's schedule 排片 as last read, None while nothing is known; does not wait."""
        found = (self._known.walls or {}).get(id)
        return None if found is None else found.settings

    def opened(self, screen: Screen, address: str) -> None:
        """Notes that a screen exchanged its link for a cookie; it does not wait for a store that
        somebody has locked."""
        who = f"wall:{screen.id}"
        self.note(Entry(self.now(), who, "screen.open", screen.name, {}, address))

    # People -------------------------------------------------------------------------------------

    def session(self, token: str, showing: bool) -> Identity | None:
        """Whose session; for the wall's own requests (`showing`) believed a few seconds, and on
        while the store is away. Raises `LedgerError` for everything else."""
        if self.signing is None:
            return None
        key, now = hash_of(token), self.now()
        until, believed = self._believed.get(key, (0, NOBODY))
        if showing and now < until:
            return believed
        try:
            found = self.signing.identity(token)
        except LedgerError as error:
            self._away(error)
            if showing and until:
                return believed
            raise
        if found is None:
            self._believed.pop(key, None)
        else:
            self._believed[key] = (now + KEPT_MS, found)
            while len(self._believed) > 10_000:
                del self._believed[next(iter(self._believed))]
        return found

    def session_ended(self, key: str, since: int) -> str:
        """Why the stream of a session (its hash) that began at `since` must end."""
        known = self._known
        gone = known.walls is not None and known.at > since and key not in known.sessions
        return "signed_out" if gone else ""

    def vouched(self, user: str, peer: Peer) -> Identity | None:
        """Whom a trusted proxy names; nobody else's header counts."""
        if self.signing is None or not peer.by_proxy or not user:
            return None
        return self.signing.vouched(user)

    # Programs -----------------------------------------------------------------------------------

    def program(self, token: str, address: str) -> Identity | None:
        """The sender 接入 or monitor 监控 of a token `id.secret`."""
        id, _, secret = token.partition(".")
        found = self._devices.get(id) if id and secret else None
        good = found is not None and found.kind in PROGRAMS and found.revoked_at is None
        if not good or found is None or hash_of(secret) != found.secret:
            return None
        if address not in Bound(found.bind):
            return None
        self._walls_seen[found.id] = self.now()
        roles = frozenset({PROGRAMS[found.kind]})
        return Identity(found.id, found.name, roles, kind="token", sent_by=found.sent_by)

    def note(self, entry: Entry) -> None:
        """Remembers an entry for the audit log, to be written soon: nobody waits for it. The same
        again within a minute is left out: who knocks without end must not fill the log."""
        same = (entry.who, entry.action, entry.subject, entry.address)
        last = self._told.get(same)
        if (last is None or entry.at - last >= SAME_MS) and len(self._noted) < NOTED_MOST:
            self._noted.append(entry)
            self._told[same] = entry.at
            while len(self._told) > NOTED_MOST:
                del self._told[next(iter(self._told))]

    # Keeping up ---------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Keeps up with the store while the web process serves."""
        task = asyncio.create_task(self._keep(), name="doors")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        flush_at, prune_at = clock() + FLUSH_S, clock() + FLUSH_S
        while True:
            try:
                await asyncio.to_thread(self.refresh)
                await asyncio.to_thread(self.write_noted)
                await asyncio.to_thread(self.relay)
                if clock() >= flush_at:
                    flush_at = clock() + FLUSH_S
                    await asyncio.to_thread(self._flush)
                if clock() >= prune_at:
                    prune_at = clock() + PRUNE_S
                    await asyncio.to_thread(self._prune)
            except LedgerError as error:
                self._away(error)
            except Exception:  # the doors stay as they are; the next look may be better
                log.exception("账号库出错")
                self.store_ok = False
            await asyncio.sleep(REFRESH_S)

    def refresh(self) -> None:
        """Reads who may still come in. Raises `LedgerError`."""
        if self.signing is None:
            return
        at = self.now()
        there = self._devices.list("wall")
        walls = {one.id: one for one in there if one.revoked_at is None}
        gone = {one.id for one in there if one.revoked_at is not None}
        self._known = Known(walls, gone, self.signing.sessions.alive(), at)
        if not self.store_ok:
            log.info("账号库已恢复")
        self.store_ok = True

    def _flush(self) -> None:
        if self.signing is not None:
            self.signing.flush()
        seen, self._walls_seen = self._walls_seen, {}
        if seen:
            self._devices.touch(seen)

    def write_noted(self) -> None:
        """Writes what was noted. Raises `LedgerError`."""
        while self._noted and self.signing is not None:
            self.signing.log.add(self._noted[0])
            del self._noted[0]

    def relay(self) -> None:
        """Sends the audit log on, where a collector is named. A collector that is away is told in
        the log, and what it missed comes later."""
        if self.signing is None or not self.house.collector:
            return
        try:
            if self._send is None:
                self._send = Collector(self.house.collector).open()
            send, host = self._send, socket.gethostname()
            self.signing.log.relay(lambda link: send(datagram(link, host)))
            self._collected = True
        except OSError as error:
            if self._collected:
                log.warning("审计日志送不到 %s：%s", self.house.collector, error)
            self._send, self._collected = None, False

    def _prune(self) -> None:
        if self.signing is not None:
            try:
                self.signing.log.prune(self.now(), self.house.audit_days)
            except Exception:  # the database's own clock says that they are too young
                log.exception("审计日志没有清理")

    def _away(self, error: LedgerError) -> None:
        if self.store_ok:
            log.warning("%s；墙面照常", error)
        self.store_ok = False
