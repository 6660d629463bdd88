"""Routes of signing in by the city's identity provider 统一身份认证: there and back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access.pages import Look, notice
from dashboard.access.peers import Headers
from dashboard.accessweb import peer_in
from dashboard.cookies import Cookies
from dashboard.loginweb import NO_STORE, inside, visit_of
from dashboard.oidc import FRESH_MS, Oidc, OidcError
from dashboard.signing import Refused, Signing

log = logging.getLogger(__name__)

BACK: Final = "/login/oidc/callback"


def oidc_routes(signing: Signing | None, oidc: Oidc | None, look: Look) -> Sequence[Route]:
    """None without a provider."""
    if signing is None or oidc is None:
        return ()
    cookies = Cookies(signing.keys)
    name = f"cityops_oidc_{signing.keys.fingerprint}"

    def home(request: Request) -> str:
        peer = peer_in(request.scope)
        return f"{peer.scheme}://{peer.host}{BACK}"

    async def begin(request: Request) -> Response:
        onward = inside(request.query_params.get("next", ""))
        try:
            address, cookie = await run_in_threadpool(oidc.begin, home(request), onward)
        except OidcError as error:
            return _failed(look, error, 503)
        answer = RedirectResponse(address, 303, NO_STORE)
        secure = peer_in(request.scope).scheme == "https"
        answer.set_cookie(name, cookie, FRESH_MS // 1000, path=BACK, secure=secure,
                          httponly=True, samesite="lax")  # fmt: skip
        return answer

    async def back(request: Request) -> Response:
        asked, visit = request.query_params, visit_of(request)
        jar = cookies.read(Headers(request.scope["headers"]))
        try:
            user, onward = await run_in_threadpool(
                oidc.finish, request.cookies.get(name, ""), asked.get("state", ""),
                asked.get("code", ""), home(request),
            )  # fmt: skip
            opened = await run_in_threadpool(signing.admit, user, visit, "oidc", jar.session)
        except OidcError as error:
            return _failed(look, error, 400)
        except Refused:
            title, text = "您在本系统没有账号", "请系统管理员用 cityops user add --external 添加。"
            return HTMLResponse(notice(look, 403, title, text), 403, NO_STORE)
        answer = RedirectResponse(onward or "/account", 303, NO_STORE)
        csrf = signing.csrf(opened.token)
        cookies.give_session(answer, opened.token, csrf, peer_in(request.scope))
        answer.delete_cookie(name, path=BACK)
        return answer

    return [Route("/login/oidc", begin), Route(BACK, back)]


def _failed(look: Look, error: OidcError, status: int) -> Response:
    log.warning("统一身份认证：%s", error)
    text = "请重试；仍不行，请系统管理员看日志。"
    return HTMLResponse(notice(look, status, "统一身份认证没有成功", text), status, NO_STORE)
