"""Our own files 静态资源: style sheets, scripts, fonts, from memory, under a URL that never lies.

The URL carries a hash of all of them, so browsers and proxies may keep them for ever; text is
gzipped once at the start. Files that a page always loads together come as one, a bundle 合并文件:
browsers ask a host for six things at a time.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Sequence
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
BUNDLES: Final = "bundle-"
"""With a hash of its own in the name: one content, one URL."""
_BUNDLE: Final = re.compile(rf"{BUNDLES}(.+)-[0-9a-f]{{12}}([.]\w+)")
PACKED: Final = frozenset({".css", ".js", ".svg"})


class Statics:
    """The files below `folder` that browsers may ask for, read once; an ASGI app."""

    def __init__(self, folder: Path, prefix: str = "/assets/") -> None:
        self.prefix = prefix
        self._plain: dict[str, bytes] = {}
        self._packed: dict[str, bytes] = {}
        self._bundled: dict[tuple[str, str], str] = {}
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
        return [name for name in self._plain if not name.startswith(BUNDLES)]

    def text(self, name: str) -> str:
        """The content of a text file; KeyError if there is none of that name."""
        return self._plain[name].decode()

    def url(self, name: str) -> str:
        """Where browsers find a file."""
        return f"{self.prefix}{self.digest}/{name}"

    def bundle(self, label: str, names: Sequence[str]) -> str:
        """The URL of these files in one, in this order; they are scripts or style sheets that name
        no other file. `label` tells the bundles of one suffix apart. KeyError for a file that is
        not there."""
        content = b"\n".join(self._plain[name] for name in names)
        suffix = Path(names[0]).suffix
        name = f"{BUNDLES}{label}-{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
        if self._bundled.get((label, suffix)) != name:
            self._bundled[label, suffix] = name
            self._plain[name] = content
            self._packed[name] = gzip.compress(content, 9, mtime=0)
        return self.url(name)

    def _todays(self, digest: str, name: str) -> tuple[str, str]:
        """A page of an older build asks for its bundle: it gets what goes by that label now."""
        found = _BUNDLE.fullmatch(name)
        if found and name not in self._plain:
            return "", self._bundled.get((found[1], found[2]), name)
        return digest, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        digest, _, name = scope["path"].removeprefix(self.prefix).partition("/")
        await self._answer(digest, name, Headers(scope=scope))(scope, receive, send)

    def _answer(self, digest: str, name: str, headers: Headers) -> Response:
        digest, name = self._todays(digest, name)
        plain, packed = self._plain.get(name), self._packed.get(name)
        if plain is None:
            return PlainTextResponse("没有这个文件 / no such file", 404)
        # a page of an older build gets today's file, but must not keep it under the old URL
        kept = FOREVER if digest == self.digest else "no-store"
        told = {
            "cache-control": kept,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        if packed is not None and "gzip" in headers.get("accept-encoding", ""):
            plain = packed
            told["content-encoding"] = "gzip"
        suffix = "." + name.rpartition(".")[2]
        return Response(plain, headers=told, media_type=TYPES[suffix])
