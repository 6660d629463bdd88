"""A city under way 运行中的城市 for the benches of the wall and the desk.

Its ledger holds some days of a simulated city, its grid is there, one real worker has painted a
frame and gone; then the shipped web server stands, and a frame stream of the bench's own begins.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from dashboard.access.keys import Keys, make_keys
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.access.walltoken import Screen, token_of
from dashboard.bench.history import fill
from dashboard.bench.live_line import HOST, Line, now_ms, open_line
from dashboard.cookies import Cookies
from dashboard.ledger.accounts import Accounts
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, Devices
from dashboard.signing import Signing, Timeouts, Visit
from dashboard.snapshot import Frame

WHO: Final = "bench"
DAY_MS: Final = 86_400_000
LAST: Final = "annual.score"
"""What the worker reckons aside and paints last, the yearly form; awaited so long."""
PATIENCE_S: Final = 40.0


@dataclass(frozen=True)
class Person:
    """Somebody signed in: what a browser of theirs holds and what its changes carry."""

    user: str
    cookie: str
    token: str
    csrf: str


class WallCity:
    """The line and who may look at it; `frame` is what the worker painted last."""

    def __init__(self, line: Line, keys: Keys, frame: Frame) -> None:
        self.line, self.frame, self._keys = line, frame, keys
        self._database = Database(line.config.ledger_url)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.line.config.port}"

    @property
    def screen(self) -> str:
        """The token of a new screen."""
        found = Screen(secrets.token_hex(6), f"bench-{secrets.token_hex(2)}")
        told = _entry("screen.add", found.name)
        device = Device(found.id, "wall", found.name, (), "", "", "", told.at, WHO)
        Devices(self._database).add(device, told)
        return token_of(self._keys, found)

    def wall_cookie(self) -> str:
        """The cookie header of a new screen."""
        return f"{Cookies(self._keys).wall_name}={self.screen}"

    def people(self, count: int, role: Role = Role.VIEWER) -> list[Person]:
        """New accounts with a session each, as if another system vouched for them."""
        signing = Signing(self._keys, self._database, Timeouts(DAY_MS, DAY_MS), now_ms)
        accounts, cookie = Accounts(self._database), Cookies(self._keys).session_name
        found = []
        for _ in range(count):
            user = f"bench.{secrets.token_hex(5)}"
            accounts.add(_entry("account.add", user), user, {role})
            token = signing.admit(user, Visit(HOST), WHO).token
            found.append(Person(user, cookie, token, signing.csrf(token)))
        return found

    def close(self) -> None:
        self._database.close()


@contextmanager
def wall_city(city: str, folder: Path, days: int, **settings: Any) -> Iterator[WallCity]:
    """Everything but the web server, which is `WallCity.line.serve()`."""
    with open_line(city, folder, access="required", **settings) as line:
        keys = make_keys(line.config.key_file)
        line.run("grid", "-m", "dashboard.demogrid", "generate")
        fill(line, days)
        line.run("tiles", "-m", "dashboard.demogrid", "prepare")
        standing = WallCity(line, keys, _painted(line))
        try:
            yield standing
        finally:
            standing.close()


def _painted(line: Line) -> Frame:
    """A real worker's frame, with everything the city has; the worker has ended."""
    worker = line.cityops("work")
    began = time.monotonic()

    def whole() -> bool:
        body = line.bus.last_frame()
        late = time.monotonic() - began > PATIENCE_S
        return body is not None and (late or LAST in orjson.loads(body)["s"])

    line.wait(whole, "work")
    line.end(worker)
    frame: Frame = orjson.loads(line.bus.last_frame() or b"null")
    return frame


def _entry(action: str, subject: str) -> Entry:
    return Entry(now_ms(), WHO, action, subject)
