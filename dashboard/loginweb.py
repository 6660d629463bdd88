"""Routes of signing in 登录与账号: forms that work without script; each answer is a whole page."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access import pages, totp
from dashboard.access.identity import identity_of
from dashboard.access.pages import Look
from dashboard.access.peers import Headers
from dashboard.access.policy import may
from dashboard.accessweb import peer_in
from dashboard.cookies import Cookies
from dashboard.ledger.errors import LedgerError
from dashboard.signing import Opened, Refused, Signing, Visit

STALE: Final = "页面已过期，请重新提交"
NO_STORE: Final = {"cache-control": "no-store"}
PLACES: Final = (
    ("/desk", "桌面：年度、告警、导出、口径", "desk.read"),
    ("/wall", "看墙", "wall.show"),
    ("/desk/screens", "大屏：状态与遥控", "screens.read"),
    ("/audit", "审计日志", "audit.read"),
    ("/account/password", "改口令", "account.own"),
    ("/account/totp", "动态口令（第二重验证）", "account.own"),
)
"""Where `/account` leads, for those who may."""


class _Login:
    def __init__(self, signing: Signing | None, look: Look, zone: str) -> None:
        self._signing_or_not, self._look, self._zone = signing, look, ZoneInfo(zone)
        self._cookies = Cookies(signing.keys if signing else None)

    @property
    def _signing(self) -> Signing:
        assert self._signing_or_not is not None
        return self._signing_or_not

    async def login(self, request: Request) -> Response:
        if self._signing_or_not is None:
            text = "本机免登录运行，没有初始化账号"
            return HTMLResponse(pages.notice(self._look, 404, text), 404, NO_STORE)
        if request.method == "GET":
            onward = inside(request.query_params.get("next", ""))
            return self._form(request, onward=onward)
        said = await _fields(request)
        onward, user = inside(said.get("next", "")), said.get("user", "")
        jar = self._cookies.read(Headers(request.scope["headers"]))
        if not self._cookies.form_fits(jar, said.get("csrf", "")):
            return self._form(request, 403, onward, user, STALE)
        try:
            opened = await run_in_threadpool(
                self._signing.sign_in,
                user,
                said.get("password", ""),
                visit_of(request),
                jar.session,
            )
        except Refused as error:
            return self._form(request, 401, onward, user, str(error))
        except LedgerError:
            return self._form(request, 503, onward, user, "账号库暂不可用，稍后再试")
        return self._onward(request, opened, onward)

    def _form(
        self, request: Request, status: int = 200, onward: str = "", user: str = "", alert: str = ""
    ) -> Response:
        jar = self._cookies.read(Headers(request.scope["headers"]))
        answer = HTMLResponse("", status, NO_STORE)
        _, token = self._cookies.form(jar, answer, peer_in(request.scope))
        page = pages.sign_in(self._look, token, onward, user[:64], alert)
        answer.body = page.encode()
        answer.headers["content-length"] = str(len(answer.body))
        return answer

    def _onward(self, request: Request, opened: Opened, onward: str = "") -> Response:
        """To what is next for this session; its cookie is a new one."""
        steps = {"totp": "/login/totp", "change": "/account/password"}
        answer = RedirectResponse(steps.get(opened.stage, onward or "/account"), 303, NO_STORE)
        csrf = self._signing.csrf(opened.token)
        self._cookies.give_session(answer, opened.token, csrf, peer_in(request.scope))
        return answer

    async def second(self, request: Request) -> Response:
        csrf, alert, status = identity_of(request).csrf, "", 200
        if identity_of(request).stage != "totp":
            return RedirectResponse("/account", 303, NO_STORE)
        if request.method == "POST":
            code = (await _fields(request)).get("code", "")
            try:
                opened = await run_in_threadpool(
                    self._signing.second, self._token(request), code, visit_of(request)
                )
                return self._onward(request, opened)
            except Refused as error:
                alert, status = str(error), 401
        return HTMLResponse(pages.second_factor(self._look, csrf, alert), status, NO_STORE)

    async def logout(self, request: Request) -> Response:
        await run_in_threadpool(self._signing.sign_out, self._token(request), visit_of(request))
        answer = RedirectResponse("/login", 303, {**NO_STORE, "clear-site-data": '"cache"'})
        self._cookies.take_session(answer)
        return answer

    async def account(self, request: Request) -> Response:
        who = identity_of(request)
        found = await run_in_threadpool(self._signing.accounts.get, who.user)
        facts = [("用户名", who.user), ("管辖范围", "、".join(sorted(who.areas)) or "全市")]
        if found is not None:
            factor = "已启用" if found.totp_word else "未启用"
            facts += [("动态口令", factor), ("本次登录", self._time(found.last_at))]
            facts += [("上次改口令", self._time(found.password_at))]
        links = [(url, text) for url, text, action in PLACES if may(who, action)]
        said = {"password": "口令已改", "totp": "动态口令已更新"}.get(
            request.query_params.get("done", ""), ""
        )
        page = pages.own_account(self._look, who, who.csrf, facts, links, said)
        return HTMLResponse(page, headers=NO_STORE)

    async def password(self, request: Request) -> Response:
        who, alert, status = identity_of(request), "", 200
        if request.method == "POST":
            said = await _fields(request)
            try:
                if said.get("new", "") != said.get("again", ""):
                    raise Refused("两遍新口令不一样")
                old, new = said.get("old", ""), said.get("new", "")
                opened = await run_in_threadpool(
                    self._signing.change_password, self._token(request), old, new, visit_of(request)
                )
                return self._onward(request, opened, "/account?done=password")
            except Refused as error:
                alert, status = str(error), 400
        forced = who.stage == "change"
        page = pages.new_password(self._look, who.csrf, forced, alert)
        return HTMLResponse(page, status, NO_STORE)

    async def totp(self, request: Request) -> Response:
        who, alert, status = identity_of(request), "", 200
        found = await run_in_threadpool(self._signing.accounts.get, who.user)
        on, word = bool(found and found.totp_word), ""
        if request.method == "POST":
            said = await _fields(request)
            word = "" if on else said.get("word", "")[:32]
            try:
                await run_in_threadpool(
                    self._signing.switch_totp,
                    self._token(request), word, said.get("code", ""), visit_of(request),
                )  # fmt: skip
                return RedirectResponse("/account?done=totp", 303, NO_STORE)
            except Refused as error:
                alert, status = str(error), 400
        word = word or secrets.token_hex(8)
        seed = totp.seed(self._signing.keys, who.user, word)
        uri = totp.address(seed, who.user, self._look.city)
        page = pages.own_totp(self._look, who.csrf, seed, uri, word, on, alert)
        return HTMLResponse(page, status, NO_STORE)

    def _token(self, request: Request) -> str:
        return self._cookies.read(Headers(request.scope["headers"])).session

    def _time(self, at: int | None) -> str:
        if at is None:
            return "—"
        return datetime.fromtimestamp(at / 1000, self._zone).strftime("%Y-%m-%d %H:%M")


def login_routes(signing: Signing | None, look: Look, zone: str) -> Sequence[Route]:
    """Sign-in, sign-out, one's own account; without accounts only a page that says so."""
    login = _Login(signing, look, zone)
    table: list[tuple[str, Callable[[Request], Awaitable[Response]], list[str]]] = [
        ("/login", login.login, ["GET", "POST"]),
    ]
    if signing is not None:
        table += [
            ("/login/totp", login.second, ["GET", "POST"]),
            ("/logout", login.logout, ["POST"]),
            ("/account", login.account, ["GET"]),
            ("/account/password", login.password, ["GET", "POST"]),
            ("/account/totp", login.totp, ["GET", "POST"]),
        ]
    return [Route(path, answer, methods=methods) for path, answer, methods in table]


async def _fields(request: Request) -> dict[str, str]:
    """A form's fields; the last of each name."""
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}


def visit_of(request: Request) -> Visit:
    """From where somebody asks."""
    return Visit(peer_in(request.scope).address, request.headers.get("user-agent", ""))


def inside(path: str) -> str:
    """Where to go after signing in: a path of ours, never another host."""
    ours = path.startswith("/") and not path.startswith("//") and len(path) < 2_000
    return path if ours and not any(ord(one) < 32 or one == "\\" for one in path) else ""
