"""Our own files 静态资源: style sheets, scripts, fonts, from memory, under a URL that never lies.

The URL carries a hash of all of them, so browsers and proxies may keep them for ever; text is
gzipped once at the start.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

FOREVER: Final = "public, max-age=31536000, immutable"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""What is served at all, by suffix; licences and notes stay on the disk."""
PACKED: Final = frozenset({".css", ".js", ".svg"})


class Statics:
    """The files below `folder` that browsers may ask for, read once; an ASGI app."""

    def __init__(self, folder: Path, prefix: str = "/assets/") -> None:
        self.prefix = prefix
        self._plain: dict[str, bytes] = {}
        self._packed: dict[str, bytes] = {}
        whole = hashlib.sha256()
        for file in sorted(p for p in folder.rglob("*") if p.suffix in TYPES):
            name, content = file.relative_to(folder).as_posix(), file.read_bytes()
            whole.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
            self._plain[name] = content
            if file.suffix in PACKED:
                self._packed[name] = gzip.compress(content, 9, mtime=0)
        self.digest = whole.hexdigest()[:12]

    @property
    def names(self) -> list[str]:
        """Paths below the folder, sorted."""
        return list(self._plain)

    def text(self, name: str) -> str:
        """The content of a text file; KeyError if there is none of that name."""
        return self._plain[name].decode()

    def url(self, name: str) -> str:
        """Where browsers find a file."""
        return f"{self.prefix}{self.digest}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        digest, _, name = scope["path"].removeprefix(self.prefix).partition("/")
        await self._answer(digest, name, Headers(scope=scope))(scope, receive, send)

    def _answer(self, digest: str, name: str, headers: Headers) -> Response:
        if name not in self._plain:
            return PlainTextResponse("没有这个文件 / no such file", 404)
        # a page of an older build gets today's file, but must not keep it under the old URL
        kept = FOREVER if digest == self.digest else "no-store"
        told = {
            "cache-control": kept,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        content = self._plain[name]
        if name in self._packed and "gzip" in headers.get("accept-encoding", ""):
            content = self._packed[name]
            told["content-encoding"] = "gzip"
        suffix = "." + name.rpartition(".")[2]
        return Response(content, headers=told, media_type=TYPES[suffix])
