"""Our cookies 凭据: a person's session, a screen's token, the token of forms before a session.

Their names carry the installation's mark: two demos on one host do not sign each other out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.responses import Response

from dashboard.access.keys import Keys
from dashboard.access.peers import Headers, Peer

WALL_S: Final = 400 * 86_400
"""The longest that browsers keep one; each page load makes it anew."""


@dataclass(frozen=True)
class Jar:
    """What a request brought; "" what it did not."""

    session: str = ""
    wall: str = ""
    form: str = ""


class Cookies:
    """Reads and gives them. HttpOnly, SameSite=Lax, Secure under https."""

    def __init__(self, keys: Keys | None) -> None:
        self._keys = keys
        mark = keys.fingerprint if keys else "none"
        self._session, self._wall = f"cityops_session_{mark}", f"cityops_wall_{mark}"
        self._form = f"cityops_form_{mark}"
        self._csrf = "_csrf_token"  # the name that Dash looks for

    @property
    def session_name(self) -> str:
        """What a person's cookie is called."""
        return self._session

    @property
    def wall_name(self) -> str:
        """What a screen's cookie is called."""
        return self._wall

    def read(self, headers: Headers) -> Jar:
        """The cookies of a request; a cookie header that cannot be read holds none."""
        jar: SimpleCookie = SimpleCookie()
        for line in headers.all("cookie"):
            try:
                jar.load(line)
            except CookieError:
                continue
        names = (self._session, self._wall, self._form)
        return Jar(*(jar[name].value if name in jar else "" for name in names))

    def give_session(self, answer: Response, token: str, csrf: str, peer: Peer) -> None:
        """Signs in: until the browser closes or the session times out."""
        self._give(answer, self._session, token, peer)
        secure = peer.scheme == "https"
        answer.set_cookie(self._csrf, csrf, path="/", secure=secure, samesite="strict")
        answer.delete_cookie(self._form, path="/")

    def take_session(self, answer: Response) -> None:
        """Signs out."""
        for name in (self._session, self._csrf, self._form):
            answer.delete_cookie(name, path="/")

    def give_wall(self, answer: Response, token: str, peer: Peer) -> None:
        """Makes the browser a screen."""
        self._give(answer, self._wall, token, peer, WALL_S)

    def wall_again(self, token: str, peer: Peer) -> list[tuple[bytes, bytes]]:
        """The same as header lines, for an answer that somebody else makes."""
        answer = Response()
        self.give_wall(answer, token, peer)
        return [(name, value) for name, value in answer.raw_headers if name == b"set-cookie"]

    def form(self, jar: Jar, answer: Response | None, peer: Peer) -> tuple[str, str]:
        """The word of the login form's cookie and the token that goes into the form."""
        word = jar.form or secrets.token_urlsafe(16)
        if answer is not None and not jar.form:
            self._give(answer, self._form, word, peer)
        return word, self._token(word)

    def form_fits(self, jar: Jar, token: str) -> bool:
        """Whether a form sent before there was a session came from our page in this browser."""
        return bool(self._keys and jar.form) and secrets.compare_digest(
            token.encode(), self._token(jar.form).encode()
        )

    def _token(self, word: str) -> str:
        return self._keys.tag("csrf", "form", word) if self._keys else ""

    def _give(
        self, answer: Response, name: str, value: str, peer: Peer, age_s: int | None = None
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=age_s,
            path="/",
            secure=peer.scheme == "https",
            httponly=True,
            samesite="lax",
        )
