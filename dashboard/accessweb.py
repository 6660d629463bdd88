"""The guard 门卫: an ASGI app around the site; what the policy does not allow gets no further.

Plain ASGI: nothing is gathered or buffered, so a stream passes as it comes. It finds out who asks
(`identity_of(request)` in the routes behind it), holds every request to the policy's rule for its
route, asks changes for proof that our own page made them, and puts the security headers on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access.identity import ENDED, KEY, MAP_SCENE, NOBODY, Identity
from dashboard.access.pages import Look, notice
from dashboard.access.peers import Headers, Peer, peer_of
from dashboard.access.policy import ANYBODY, METRICS, OWN, STAGES, Rule, may, rule_of, rules_of
from dashboard.access.trail import Entry
from dashboard.bodies import Bodies, BodyRefused
from dashboard.cookies import Cookies
from dashboard.doors import HERE, OPEN, Doors
from dashboard.ledger.errors import LedgerError
from dashboard.logs import about, told_of
from dashboard.requestlog import ID, RequestLog, request_id
from dashboard.signing import hash_of

log = logging.getLogger(__name__)

PEER: Final = "cityops.peer"
RENEWED: Final = "cityops.renewed"
ROUTE: Final = "cityops.route"
CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}
"""On every answer that does not say otherwise itself."""
HSTS: Final = "max-age=31536000"
WALLS_OWN: Final = frozenset({"wall.show", "wall.beat"})
"""What a screen may do while the account store is away, and a person believed for a while."""
BEAT: Final = "/wall/beat"
MAP_PATHS: Final = ("/base", "/grid/", "/tiles/", "/heat/", "/cell/", "/replay/heat/")


class NoPolicy(RuntimeError):
    """Routes without a line in the policy: the server does not start."""


class Denied(Exception):
    """What the guard answers instead of letting a request through."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class Guard:
    """Wraps a router; `look` is what its own pages are made with, `log` hears of every answer."""

    def __init__(
        self, router: Router, doors: Doors, look: Look, log: RequestLog | None = None
    ) -> None:
        self._router, self._doors, self._look = router, doors, look
        self._log = log or RequestLog()
        self._cookies = Cookies(doors.keys)
        self._bodies = Bodies()
        if bare := [path for path in self.paths if rules_of(path) is None]:
            raise NoPolicy(
                f"没有权限规则的路由：{'、'.join(bare)}（见 dashboard/access/policy.py）"
            )

    @property
    def paths(self) -> list[str]:
        """The path patterns behind it."""
        return paths(self._router.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._router(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        asked = Headers(scope["headers"])
        with about(request_id=request_id(asked.get(ID))):
            await self._serve(scope, asked, receive, send)

    async def _serve(self, scope: Scope, asked: Headers, receive: Receive, send: Send) -> None:
        client = (scope.get("client") or ("", 0))[0]
        peer = peer_of(client, scope.get("scheme", "http"), asked, self._doors.house.trusted)
        started, exchange = False, self._log.begin(scope["method"], peer.address)
        number = (ID.encode(), told_of()["request_id"].encode())

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started, exchange.status = True, message["status"]
                headers = [*message.get("headers", ()), *scope.get(RENEWED, ()), number]
                message = {**message, "headers": _dressed(headers, peer)}
            await send(message)

        try:
            receive = await self._admit(scope, asked, peer, receive)
            await self._router(scope, receive, dressed)
        except Denied as denied:
            await denied.answer(scope, receive, dressed)
        except BodyRefused as error:
            if not started:
                await self._page(scope, error.status, str(error))(scope, receive, dressed)
        except Exception as error:
            if started:
                raise
            await self._broken(scope, error)(scope, receive, dressed)
        finally:
            self._log.end(exchange, scope.get(ROUTE, ""))

    # Who, and may they --------------------------------------------------------------------------

    async def _admit(self, scope: Scope, headers: Headers, peer: Peer, receive: Receive) -> Receive:
        """Lets the request through, its identity in the scope, or raises `Denied`."""
        route = self._route(scope)
        if route is None or "\0" in scope["path"] or ".." in scope["path"].split("/"):
            raise Denied(self._page(scope, 404, "没有这个页面"))
        rule = rule_of(route, scope["method"])
        if rule is None:
            raise Denied(self._page(scope, 405, "不支持这种请求"))
        scope[PEER], scope[ROUTE] = peer, route
        if rule.action != ANYBODY:
            await self._exchange(scope, peer)
            identity = await self._identify(scope, headers, peer, rule)
        else:
            identity = NOBODY
        scope[KEY] = identity
        self._allow(scope, headers, peer, rule, identity, route)
        if scope["method"] not in CHANGES:
            return receive
        return await self._bodies.checked(scope, headers, peer, rule, identity, receive)

    def _route(self, scope: Scope) -> str | None:
        """The path pattern of the route that will take the request, whatever its method."""
        for route in self._router.routes:
            match, _ = route.matches(scope)
            if match is not Match.NONE:
                return str(getattr(route, "path", ""))
        return None

    async def _identify(self, scope: Scope, headers: Headers, peer: Peer, rule: Rule) -> Identity:
        """Who asks: a program, a person, a screen, whoever is on this machine — or nobody."""
        if headers.all("authorization"):
            return await self._program(headers, peer)
        if rule.action == METRICS and peer.local:
            return HERE
        jar = self._cookies.read(headers)
        showing = rule.action in WALLS_OWN
        try:
            found = None
            if jar.session:
                found = await run_in_threadpool(self._doors.session, jar.session, showing)
            if found is not None and (found.stage == "full" or not (jar.wall and showing)):
                key, since = hash_of(jar.session), self._doors.now()
                scope[ENDED] = lambda: self._doors.session_ended(key, since)
                return found  # somebody half signed in leaves a screen what it is
            if named := headers.get(self._doors.house.proxy_user):
                found = await run_in_threadpool(self._doors.vouched, named, peer)
                if found is not None:
                    return found
        except LedgerError:
            if not (jar.wall and showing):
                text = "账号库暂不可用，稍后再试；墙面不受影响"
                raise Denied(self._page(scope, 503, text)) from None
        if jar.wall:
            return await self._screen(scope, jar.wall, peer)
        if self._doors.house.open and peer.local:
            return OPEN
        return NOBODY

    async def _program(self, headers: Headers, peer: Peer) -> Identity:
        kind, _, token = headers.get("authorization").partition(" ")
        if kind.lower() != "bearer":
            return NOBODY
        try:
            found = await run_in_threadpool(self._doors.program, token.strip(), peer.address)
        except LedgerError:
            text = "账号库暂不可用，稍后重发"
            raise Denied(PlainTextResponse(text, 503, {"retry-after": "5"})) from None
        if found is None:
            id = token.strip().partition(".")[0][:64]
            self._doors.note(
                Entry(self._doors.now(), f"token:{id}", "token.refused", "", {}, peer.address)
            )
        return found or NOBODY

    async def _screen(self, scope: Scope, token: str, peer: Peer) -> Identity:
        screen = self._doors.screen(token)
        why = "unknown"
        if screen is not None:
            why = await run_in_threadpool(self._doors.refusal, screen, peer.address)
            if not why:
                scope[ENDED] = lambda: self._doors.wall_ended(screen.id)
                if _wants_page(scope):
                    scope[RENEWED] = self._cookies.wall_again(token, peer)
                return screen.identity()
            self._refused(screen.id, screen.name, why, peer)
        raise Denied(self._shut(scope, why))

    def _refused(self, id: str, name: str, why: str, peer: Peer) -> None:
        told = {"why": why}
        who = f"wall:{id}"
        self._doors.note(Entry(self._doors.now(), who, "screen.refused", name, told, peer.address))

    async def _exchange(self, scope: Scope, peer: Peer) -> None:
        """`/wall?token=…`: the token goes into the cookie and out of the address."""
        if not scope["path"].startswith("/wall") or scope["method"] != "GET":
            return
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        token = next((value for name, value in query if name == "token"), None)
        if token is None:
            return
        screen = self._doors.screen(token)
        why = "unknown"
        if screen is not None:
            why = await run_in_threadpool(self._doors.refusal, screen, peer.address)
        if why or screen is None:
            raise Denied(self._shut(scope, why))
        await run_in_threadpool(self._doors.opened, screen, peer.address)
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        answer = RedirectResponse(scope["path"] + (f"?{rest}" if rest else ""), 303)
        self._cookies.give_wall(answer, token, peer)
        raise Denied(answer)

    def _allow(
        self,
        scope: Scope,
        headers: Headers,
        peer: Peer,
        rule: Rule,
        identity: Identity,
        route: str,
    ) -> None:
        if identity.kind == "user" and identity.stage != "full" and rule.action != ANYBODY:
            if route in STAGES[identity.stage]:
                return
            step = "/login/totp" if identity.stage == "totp" else "/account/password"
            raise Denied(self._elsewhere(scope, step, 401, "登录还没有完成"))
        if not may(identity, rule.action):
            raise Denied(self._no(scope, rule, identity, peer))
        if identity.scenes:
            self._within(scope, identity)

    def _no(self, scope: Scope, rule: Rule, identity: Identity, peer: Peer) -> Response:
        if identity.kind in ("none", "open", "wall"):
            if rule.action == "events.send":
                text = "需要接入令牌：Authorization: Bearer …"
                return PlainTextResponse(text, 401, {"www-authenticate": "Bearer"})
            status = 403 if identity.kind == "wall" else 401
            return self._elsewhere(scope, _login(scope), status, "请先登录")
        if identity.kind == "user" and rule.action != OWN:
            entry = Entry(
                self._doors.now(), identity.user, "denied", scope["path"][:200],
                {"action": rule.action}, peer.address,
            )  # fmt: skip
            self._doors.note(entry)
        return self._page(scope, 403, "您的角色不能做这件事")

    def _within(self, scope: Scope, identity: Identity) -> None:
        """A screen that was given some scenes shows those."""
        path, scenes = scope["path"], identity.scenes
        if path == BEAT:
            return
        if path.startswith(MAP_PATHS) and MAP_SCENE not in scenes:
            raise Denied(self._page(scope, 403, "这块屏没有地图画面的授权"))
        scene = path.removeprefix("/wall/") if path.startswith("/wall/") else ""
        if scene and not scene.startswith("_") and scene not in scenes:
            raise Denied(self._page(scope, 403, "这块屏没有这个画面的授权"))
        if path in ("/wall", "/wall/"):
            query = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
            wanted = ",".join(scenes)
            if ("scenes", wanted) not in query:
                rest = [(name, value) for name, value in query if name != "scenes"]
                told = urlencode([*rest, ("scenes", wanted)], safe=",")
                raise Denied(RedirectResponse(f"/wall?{told}", 303))

    # Answers ------------------------------------------------------------------------------------

    def _elsewhere(self, scope: Scope, path: str, status: int, text: str) -> Response:
        """A browser that wants a page is led on; a script or a stream is told."""
        if scope["method"] in ("GET", "HEAD") and _wants_page(scope):
            return RedirectResponse(path, 303, {"cache-control": "no-store"})
        return PlainTextResponse(text, status, {"cache-control": "no-store"})

    def _shut(self, scope: Scope, why: str) -> Response:
        """A screen that may not come in; never a login page. Its stream is told as a stream."""
        if scope["path"] == "/live":
            headers = {"content-type": "text/event-stream", "cache-control": "no-store"}
            return Response(b'event: ended\ndata: {"why":"revoked"}\n\n', 200, headers)
        texts = {
            "revoked": ("此屏幕的授权已吊销", "请系统管理员运行 cityops screen add 发新的链接。"),
            "elsewhere": ("此屏幕不在授权的地址上", "授权绑定了网络地址，请系统管理员核对。"),
            "unknown": ("此屏幕的授权无效", "授权不是本系统签发的，请系统管理员发新的链接。"),
        }
        title, text = texts[why]
        return self._page(scope, 403, title, text, dark=True)

    def _broken(self, scope: Scope, error: Exception) -> Response:
        """Something of ours failed: told by a number that the log has, never by a trace."""
        if isinstance(error, LedgerError):
            log.warning("%s %s: %s", scope["method"], scope["path"], error)
            return self._page(scope, 503, "数据库暂不可用，稍后再试")
        log.error("%s %s 出错", scope["method"], scope["path"], exc_info=error)
        return self._page(scope, 500, "程序出错了")

    def _page(
        self, scope: Scope, status: int, title: str, text: str = "", dark: bool = False
    ) -> Response:
        headers = {"cache-control": "no-store"}
        if status in (405, 503):
            headers |= {"retry-after": "5"} if status == 503 else {"allow": "GET"}
        if status >= 500:
            text += f"编号 {told_of()['request_id']}，日志里有详情。"
        if not _wants_page(scope):
            more = f"：{text}" if status >= 500 else ""
            return PlainTextResponse(title + more, status, headers)
        return HTMLResponse(notice(self._look, status, title, text, dark), status, headers)


def paths(routes: Sequence[BaseRoute]) -> list[str]:
    """The path patterns of a router."""
    return [str(getattr(route, "path", "")) for route in routes]


def peer_in(scope: Scope) -> Peer:
    """Whom the guard found at the other end."""
    found: Peer = scope[PEER]
    return found


def guarded(router: Router, doors: Doors, look: Look, log: RequestLog | None = None) -> ASGIApp:
    """The site behind its guard. Raises `NoPolicy`."""
    return Guard(router, doors, look, log)


def _login(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    here = scope["path"] + (f"?{query}" if query else "")
    return "/login" if here == "/" else f"/login?next={quote(here, safe='')}"


def _wants_page(scope: Scope) -> bool:
    """A browser's navigation, not a script, an image or a stream."""
    headers = Headers(scope["headers"])
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept")


def _dressed(headers: list[tuple[bytes, bytes]], peer: Peer) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    for name, value in HEADERS.items():
        if name.encode() not in there:
            headers.append((name.encode(), value.encode()))
    if peer.scheme == "https":
        headers.append((b"strict-transport-security", HSTS.encode()))
    return headers
