"""The site of 梅县 behind its guard, with people of every role and a clock that a test moves."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import argon2
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import dashboard
from dashboard.access.keys import load_keys, make_keys
from dashboard.access.pages import Look
from dashboard.access.peers import read_networks
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.access.walltoken import Screen, token_of
from dashboard.accessweb import Guard
from dashboard.auditweb import audit_routes
from dashboard.cards import definitions
from dashboard.city import load_profile
from dashboard.config import load_config
from dashboard.desksite import open_desk
from dashboard.doors import Doors
from dashboard.doors import House as Rules
from dashboard.gridfiles import GridFiles
from dashboard.gridweb import MapSite, map_routes
from dashboard.heatquery import HeatQuery
from dashboard.heatwork import open_ground
from dashboard.intakeweb import intake_routes
from dashboard.ledger import Ledger
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, DeviceKind, Devices
from dashboard.ledger.minutes import Minutes
from dashboard.live import Hub
from dashboard.loginweb import login_routes
from dashboard.metricsweb import Told, metrics_routes
from dashboard.oidc import Oidc, Provider
from dashboard.oidcweb import oidc_routes
from dashboard.replayweb import ReplaySite, replay_routes
from dashboard.screensite import open_screens
from dashboard.signing import MINUTE, Signing, Timeouts, hash_of
from dashboard.statics import Statics
from dashboard.web import WallSite, wall_site
from geo.store import GridStore
from layouts.needs import paths_of
from layouts.scene import View
from layouts.scenes import mounted
from tests.dashboard.asking import Answer, ask
from tests.geo.qingshi import block
from tests.town import NOW

MEIXIAN = dataclasses.replace(load_profile("meixian"), code="qingshi")
STATICS = Statics(Path(dashboard.__file__).parent / "assets")
PASSWORD = "Qing-shi-2026"
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For tests that sign in often; what is shipped is tested in test_policy_parts."""
HASH = CHEAP.hash(PASSWORD)
PEOPLE: Mapping[str, frozenset[Role]] = {
    "lin": frozenset({Role.VIEWER}),
    "wang": frozenset({Role.OPERATOR}),
    "chen": frozenset({Role.REVIEWER}),
    "root1": frozenset({Role.ADMIN}),
    "zhao": frozenset({Role.AUDITOR}),
}
UNUSED = Provider("http://127.0.0.1:1", "wall", "wall-secret")
PAGE = {"accept": "text/html", "sec_fetch_mode": "navigate"}


class Values:
    async def whole(self, text: str) -> bytes | None:
        return None


class Stream:
    """Where events would go; the tests of the intake have a real Redis."""

    def send(self, bodies: Sequence[bytes]) -> str:
        raise AssertionError("nobody sends here")

    def reject(self, rejections: Sequence[tuple[str, str, bytes]]) -> None:
        raise AssertionError("nobody sends here")


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"event: key\n\n"})


class Clock:
    """Epoch ms that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class House:
    """Everything behind one door, in `folder`; `more` routes as other rooms add them."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str = "",
        people: bool = True,
        more: Sequence[Route] = (),
        **rules: Any,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.stream = rules.pop("stream", None) or Stream()
        rules_redis = rules.pop("redis", "redis://127.0.0.1:1/0")
        self.folder, self.clock = folder, Clock()
        file = folder / "secrets.key"
        self.keys = load_keys(file) if file.exists() else make_keys(file)
        self.database = Database(url or f"sqlite:///{folder}/accounts.db")
        timeouts = Timeouts(30 * MINUTE, 12 * 60 * MINUTE)
        self.signing = Signing(self.keys, self.database, timeouts, self.clock)
        self.log, self.devices = AuditLog(self.database), Devices(self.database)
        registered = rules.pop("oidc", None)
        oidc = Oidc(registered or UNUSED, self.keys, self.clock)
        if "trusted" in rules:
            rules["trusted"] = read_networks(rules["trusted"])
        self.doors = Doors(self.keys, self.database, self.signing, Rules(**rules), self.clock)
        if people:
            for user, roles in PEOPLE.items():
                self.add(user, roles)
        config = load_config(None, {}, {"city": "meixian", "data_dir": str(folder)})
        look = Look("梅县区", ["/assets/a.css"], "/assets/i.svg", oidc="统一身份认证")
        view = View(
            MEIXIAN.title, MEIXIAN.timezone, MEIXIAN.key_rates, definitions(MEIXIAN),
            parts=MEIXIAN.parts,
        )  # fmt: skip
        scenes = mounted(view)
        self.screens = open_screens(
            rules_redis, "meixian", self.stream, self.doors, self.database, self.clock,
            view=view, scenes=scenes, statics=STATICS, build="b1",
        )  # fmt: skip
        self.router = wall_site(
            WallSite(
                view,
                scenes,
                STATICS,
                stream,
                build="b1",
                routes=(
                    *oidc_routes(self.signing, oidc, look),
                    *audit_routes(self.signing, look, MEIXIAN.timezone),
                    *metrics_routes(
                        Hub("redis://127.0.0.1:1", "meixian", "b1", now=self.clock),
                        "1", "meixian", Told(self.clock),
                    ),
                    *replay_routes(
                        ReplaySite(
                            Minutes(self.database), 7, MEIXIAN.timezone, self.clock, MEIXIAN,
                            seen=paths_of(mounted(view), view),
                        )
                    ),
                    *intake_routes(self.stream, 500, self.clock),
                    *login_routes(self.signing, look, MEIXIAN.timezone), *_map(folder),
                    *self.screens.routes,
                    *open_desk(config, MEIXIAN, STATICS, None, self.log, self.clock),
                    *more,
                ),
            )
        )  # fmt: skip
        self.app = Guard(self.router, self.doors, look)

    def again(self) -> House:
        """The same house after a restart of the web process."""
        found = House(self.folder, people=False)
        found.clock.now = self.clock.now
        return found

    def database_text(self) -> str:
        """Everything the database's files hold, as text."""
        files = self.folder.glob("accounts.db*")
        return "".join(file.read_bytes().decode("latin-1") for file in files)

    def add(self, user: str, roles: frozenset[Role], **more: Any) -> None:
        told = Entry(self.clock(), "test", "account.add", user)
        more = {"password": HASH, "must_change": False, **more}
        self.signing.accounts.add(told, user.title(), roles, **more)

    def screen(self, name: str = "大厅", **more: Any) -> str:
        """A new screen's token."""
        screen = Screen(f"w{len(self.devices.list('wall'))}", name, **more)
        told = Entry(self.clock(), "test", "screen.add", name)
        device = Device(screen.id, "wall", name, screen.scenes, "", screen.bind, "", NOW, "test")
        self.devices.add(device, told)
        return token_of(self.keys, screen)

    def actions(self) -> list[str]:
        """What the audit log tells, oldest first."""
        return [link.entry.action for link in self.log.entries()]

    def visitor(self, **headers: str) -> Visitor:
        return Visitor(self, headers)

    def signed_in(self, user: str) -> Visitor:
        """A browser in which somebody has signed in."""
        visitor = self.visitor()
        answer = visitor.sign_in(user, PASSWORD)
        assert answer.status == 303, answer.text
        return visitor

    def sender(self, name: str = "案件系统", kind: DeviceKind = "send", **more: str) -> Visitor:
        """A program with a token."""
        id = f"{'s' if kind == 'send' else 'm'}{len(self.devices.list(kind))}"
        told = Entry(self.clock(), "test", "token.add", name)
        more = {"sent_by": "", "bind": "", **more}
        self.devices.add(
            Device(id, kind, name, (), secret=hash_of("geheim"), created_at=NOW,
                   created_by="test", **more),
            told,
        )  # fmt: skip
        return self.visitor(authorization=f"Bearer {id}.geheim")

    def wall(self, **more: Any) -> Visitor:
        """A browser that opened a screen's link."""
        visitor = self.visitor()
        assert visitor.get(f"/wall?token={self.screen(**more)}", **PAGE).status == 303
        return visitor


class Visitor:
    """A browser: keeps cookies, sends what browsers send."""

    def __init__(self, house: House, headers: Mapping[str, str]) -> None:
        self.house, self.headers = house, dict(headers)
        self.cookies: dict[str, str] = {}
        self.client = "127.0.0.1"

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        told = {**self.headers, **headers}
        if self.cookies:
            told["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        answer = asyncio.run(
            ask(self.house.app, path, method, body=body, client=self.client, **told)
        )
        for line in answer.cookies:
            jar: SimpleCookie = SimpleCookie(line)
            for name, morsel in jar.items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        """A form of our own page."""
        told = {
            "origin": "http://127.0.0.1:8050",
            "content_type": "application/x-www-form-urlencoded",
            **PAGE,
            **headers,
        }
        return self.ask("POST", path, urlencode(form).encode(), **told)

    def token(self, page: str) -> str:
        """The hidden field of a page's form."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page, **PAGE).text)
        assert found, page
        return found.group(1)

    def sign_in(self, user: str, password: str, **more: str) -> Answer:
        form = {"csrf": self.token("/login"), "user": user, "password": password, **more}
        return self.post("/login", form)

    @property
    def session(self) -> str:
        return next((v for k, v in self.cookies.items() if "_session_" in k), "")


def _map(folder: Path) -> Sequence[Route]:
    grid = block()
    store = GridStore(folder / "grid")
    store.save(grid)
    ledger = Ledger.open(f"sqlite:///{folder}/cases.db", MEIXIAN.rules, MEIXIAN.id)
    query = HeatQuery(MEIXIAN, ledger, open_ground(store, "qingshi", grid.version), lambda: NOW)
    files = GridFiles(store, grid.version)
    told = {"approval": None, "base": {"kind": "boundaries"}}
    return map_routes(MapSite(files, Values(), lambda: query, told, case_lists=True))
