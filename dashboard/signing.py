"""Signing in 登录: passwords, tries, second factors and sessions of people.

Every way in ends here: a try is counted before it is made, a session gets a new token at each step,
and what happened is in the audit log. Methods wait for the database: call them in a thread.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

from dashboard.access import totp
from dashboard.access.identity import Identity, Stage
from dashboard.access.keys import Keys
from dashboard.access.passwords import WeakPassword, check_new, hashed, matches
from dashboard.access.trail import Entry
from dashboard.ledger.accounts import Account, Accounts
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from dashboard.ledger.sessions import Session, Sessions

USER: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}")
HASHED_AT_ONCE: Final = 2
"""Argon2id takes 64 MB each: a flood of sign-ins must not take the machine."""
MINUTE: Final = 60_000
WRONG: Final = "用户名或口令不对"
LOCKED: Final = "尝试次数过多，请 15 分钟后再试"


class Refused(Exception):
    """A sign-in or change that was refused; the text is for the person."""


@dataclass(frozen=True)
class Timeouts:
    """How long a session lives unused, and at all; ms."""

    idle: int
    whole: int


@dataclass(frozen=True)
class Visit:
    """From where somebody asks."""

    address: str
    agent: str = ""


@dataclass(frozen=True)
class Opened:
    """A session: the cookie's token, and what is still to do."""

    token: str
    stage: Stage


class Signing:
    """The people of one installation."""

    def __init__(
        self, keys: Keys, database: Database, timeouts: Timeouts, now: Callable[[], int]
    ) -> None:
        self.keys, self.accounts = keys, Accounts(database)
        self.sessions, self.log = Sessions(database), AuditLog(database)
        self.timeouts, self.now = timeouts, now
        self._hashing = threading.BoundedSemaphore(HASHED_AT_ONCE)
        self._nobody = hashed(secrets.token_hex(16))  # as long to check as a real one
        self._seen: dict[str, int] = {}
        self._locked: dict[str, int] = {}

    def sign_in(self, user: str, password: str, visit: Visit, former: str = "") -> Opened:
        """The first step; `former` is the cookie that came along: it ends. Raises `Refused`."""
        name = user.strip().lower()[:64]
        attempt = self._try(name, visit)
        account, secret = self.accounts.get(name), self.accounts.secret(name)
        with self._hashing:
            good = matches(password[:256], secret.password or self._nobody)
        if not (good and secret.password and account and account.disabled_at is None):
            self._failed(name, visit, "password")
        stage: Stage = "totp" if account.totp_word else _after(account)
        if stage != "totp":
            self.sessions.succeeded(attempt, name)
        return self._open(account, stage, visit, former, "password")

    def admit(self, user: str, visit: Visit, how: str, former: str = "") -> Opened:
        """Somebody whom another system vouches for (OIDC). Raises `Refused` for a stranger."""
        account = self.accounts.get(user.strip().lower())
        if account is None or account.disabled_at is not None:
            self._failed(user[:64], visit, how)
        return self._open(account, "full", visit, former, how)

    def vouched(self, user: str) -> Identity | None:
        """Somebody whom a trusted proxy names in each request; no session is kept."""
        account = self.accounts.get(user.strip().lower())
        if account is None or account.disabled_at is not None:
            return None
        return _identity(account, "full", self.keys.tag("csrf", "proxy", account.user))

    def second(self, token: str, code: str, visit: Visit) -> Opened:
        """The second factor 动态口令; gives a new token. Raises `Refused`."""
        session = self._session(token, "totp")
        account = session.account
        attempt = self._try(account.user, visit)
        seed = totp.seed(self.keys, account.user, account.totp_word)
        step = totp.step_of(seed, code, self.now(), account.totp_last)
        if step is None or not self.accounts.use_step(account.user, step):
            self._failed(account.user, visit, "totp", "动态口令不对")
        self.sessions.succeeded(attempt, account.user)
        return self._open(account, _after(account), visit, token, "totp")

    def change_password(self, token: str, old: str, new: str, visit: Visit) -> Opened:
        """A new password of one's own: every other session ends, this one gets a new token.
        Raises `Refused`."""
        session = self._session(token, "full", "change")
        account = session.account
        attempt = self._try(account.user, visit)
        secret = self.accounts.secret(account.user)
        kept = secret.password or self._nobody
        with self._hashing:
            if not matches(old[:256], kept) or kept is self._nobody:
                self._failed(account.user, visit, "password", "当前口令不对")
            self.sessions.succeeded(attempt, account.user)
            try:
                check_new(new, account.user, (kept, *secret.former))
            except WeakPassword as error:
                raise Refused(str(error)) from error
            fresh = hashed(new)
        entry = self._entry(account.user, "password", visit, account.user)
        self.accounts.set_password(entry, fresh, must_change=False, keep=session.id)
        return self._open(account, "full", visit, token, "renewed")

    def switch_totp(self, token: str, word: str, code: str, visit: Visit) -> None:
        """Switches the second factor on with the offered seed's `word`, or off (""), either way
        with a code that proves the telephone. Raises `Refused`."""
        account = self._session(token, "full").account
        attempt = self._try(account.user, visit)
        seed = totp.seed(self.keys, account.user, word or account.totp_word)
        last = 0 if word else account.totp_last
        step = totp.step_of(seed, code, self.now(), last)
        if step is None or not (word or account.totp_word):
            self._failed(account.user, visit, "totp", "动态口令不对")
        self.sessions.succeeded(attempt, account.user)
        action = "totp.on" if word else "totp.off"
        entry = self._entry(account.user, action, visit, account.user)
        self.accounts.set_totp(entry, word, step)

    def sign_out(self, token: str, visit: Visit) -> None:
        """Ends a session."""
        session = self.sessions.find(hash_of(token))
        if session is not None:
            entry = self._entry(session.account.user, "sign_out", visit)
            self.sessions.close(session.id, entry)

    def identity(self, token: str) -> Identity | None:
        """Whose session this is; None if it ended, timed out, or the account was disabled."""
        session = self.sessions.find(hash_of(token))
        if session is None:
            return None
        now = self.now()
        seen = max(session.seen_at, self._seen.get(session.id, 0))
        if now - seen > self.timeouts.idle or now - session.opened_at > self.timeouts.whole:
            self.sessions.close(
                session.id, Entry(now, session.account.user, "session.ended", "timeout")
            )
            return None
        self._seen[session.id] = now
        return _identity(session.account, session.stage, self.csrf(token))

    def csrf(self, token: str) -> str:
        """What a form of this session carries."""
        return self.keys.tag("csrf", "session", token)

    def flush(self) -> None:
        """Writes down when sessions were last used, and removes those that timed out."""
        seen, self._seen = self._seen, {}
        self._locked = {a: at for a, at in self._locked.items() if self.now() - at < MINUTE}
        if seen:
            self.sessions.touch(seen)
        now = self.now()
        self.sessions.sweep(now - self.timeouts.idle - MINUTE, now - self.timeouts.whole)

    def _session(self, token: str, *stages: Stage) -> Session:
        session = self.sessions.find(hash_of(token))
        if session is None or session.stage not in stages:
            raise Refused("登录已失效，请重新登录")
        return session

    def _try(self, user: str, visit: Visit) -> str:
        attempt = self.sessions.begin(user, visit.address, self.now())
        if attempt is None:
            last, now = self._locked.get(visit.address, 0), self.now()
            if now - last >= MINUTE:  # who knocks without end must not fill the log
                self._locked[visit.address] = now
                self.log.add(self._entry(user, "sign_in.locked", visit))
            raise Refused(LOCKED)
        return attempt

    def _failed(self, user: str, visit: Visit, step: str, text: str = WRONG) -> NoReturn:
        entry = Entry(self.now(), user, "sign_in.failed", "", {"step": step}, visit.address)
        self.log.add(entry)
        raise Refused(text)

    def _open(self, account: Account, stage: Stage, visit: Visit, former: str, how: str) -> Opened:
        """A new token each time: whatever cookie came along is worth nothing afterwards."""
        if former:
            self.sessions.close(hash_of(former))
        token = secrets.token_urlsafe(32)
        detail = {"how": how, "stage": stage}
        action = {"totp": "sign_in.first", "full": "sign_in", "change": "sign_in"}[stage]
        if how == "renewed":
            action = "session.renewed"
        entry = Entry(self.now(), account.user, action, "", detail, visit.address)
        self.sessions.open(hash_of(token), stage, entry, visit.agent)
        return Opened(token, stage)

    def _entry(self, who: str, action: str, visit: Visit, subject: str = "") -> Entry:
        return Entry(self.now(), who, action, subject, {}, visit.address)


def hash_of(token: str) -> str:
    """How a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _after(account: Account) -> Stage:
    return "change" if account.must_change else "full"


def _identity(account: Account, stage: Stage, csrf: str) -> Identity:
    return Identity(
        account.user,
        account.name,
        account.roles,
        account.areas,
        "user",
        stage=stage,
        csrf=csrf,
    )
