"""The log 日志: one line a happening, as text or JSON, with the request or event it was about.

Whatever a line says, passwords, tokens and numbers of persons are blacked out on its way, and a
line break that came from outside stays inside its line.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from dashboard.masking import masked

FACTS: Final = (
    "request_id",
    "event_id",
    "stream_id",
    "sender",
    "method",
    "route",
    "status",
    "ms",
    "address",
)
"""What a line may be about beside its text; given as `extra=` or by `about`."""
NOISY: Final = ("httpx", "httpcore", "fontTools", "alembic")
"""Libraries that tell every step at level info, some with whole addresses."""
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))
_SECRETS: Final = (
    (re.compile(r"(://[^:@/\s]*):[^@/\s]+@"), r"\1:***@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 ***"),
    (
        re.compile(
            r"(?i)\b((?:\w*_)?(?:token|password|passwd|secret|csrf|tianditu_key))"
            r"(=|[\"']\s*:\s*[\"'])[^\s&;,\"']+"
        ),
        r"\1\2***",
    ),
    (re.compile(r"(?i)([?&](?:code|state)=)[^\s&;,\"']+"), r"\1***"),
)
_BREAKS: Final = {n: f"\\x{n:02x}" for n in (*range(32), 127)} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): " ",
    0x85: "\\x85",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}

_ESCAPES: Final = {0x7F: "\\u007f", 0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""What JSON may leave as it is and some readers take for the end of a line."""


@contextmanager
def about(**facts: str) -> Iterator[None]:
    """Every line written inside, in threads started for it too, is about these."""
    token = _about.set({**_about.get(), **facts})
    try:
        yield
    finally:
        _about.reset(token)


def told_of() -> Mapping[str, str]:
    """What lines written here are about."""
    return _about.get()


def blacked_out(text: str) -> str:
    """Without passwords, tokens and numbers of persons."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return masked(text)


class Lines(logging.Formatter):
    """`text`: time, level, message [facts]; the trace below it."""

    def __init__(self, role: str, city: str) -> None:
        super().__init__()
        self._process = {"role": role, "city": city}

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in self._facts(record).items())
        when = datetime.fromtimestamp(record.created).astimezone()
        stamp = f"{when:%Y-%m-%d %H:%M:%S},{record.msecs:03.0f}"
        line = f"{stamp} {record.levelname} {self._message(record)}{told and f' [{told[1:]}]'}"
        trace = self._trace(record)
        return f"{line}\n{trace}" if trace else line

    def _message(self, record: logging.LogRecord) -> str:
        return blacked_out(record.getMessage()).translate(_BREAKS)

    def _facts(self, record: logging.LogRecord) -> dict[str, str]:
        found: dict[str, Any] = {**_about.get(), **record.__dict__}
        told = ((name, found.get(name)) for name in FACTS)
        return {
            name: blacked_out(str(value)).translate(_BREAKS)
            for name, value in told
            if value not in (None, "")
        }

    def _trace(self, record: logging.LogRecord) -> str:
        return blacked_out(self.formatException(record.exc_info)) if record.exc_info else ""


class JsonLines(Lines):
    """`json`: one object a line, for collectors; see docs/operations.md for its keys."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": blacked_out(record.getMessage()),
            **self._process,
            "pid": record.process,
            **self._facts(record),
        }
        if trace := self._trace(record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False).translate(_ESCAPES)


def set_up(form: str, level: str, role: str, city: str) -> None:
    """Sends everything this process logs to standard error, and where each thread was should native
    code end it. `role`: work, serve, probe …"""
    handler = logging.StreamHandler()
    handler.setFormatter((JsonLines if form == "json" else Lines)(role, city))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    if sys.__stderr__ is not None and not faulthandler.is_enabled():
        faulthandler.enable(sys.__stderr__)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
