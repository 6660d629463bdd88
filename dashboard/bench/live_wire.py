"""What a simulated viewer 模拟观众 does with the bytes it gets: HTTP, gzip, events, frames."""

from __future__ import annotations

import re
import zlib
from typing import Any, Final

import orjson

from dashboard.snapshot import Frame, patch

HEAD_END: Final = b"\r\n\r\n"
BROWSER: Final = (
    "Host: 127.0.0.1:{port}\r\nConnection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36\r\n"
    "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"
    "Referer: http://127.0.0.1:{port}/\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: zh-CN,zh;q=0.9\r\n"
)
"""Headers as Chromium sends them."""


class Refused(RuntimeError):
    """A server answered something else than expected."""


class Screen:
    """A wall on `/live`: undoes chunks and gzip, reads every event, follows the deltas.

    `seq` of the newest frame, `gaps` deltas that did not fit. With `keeps`, it also merges every
    delta into `frame`, as `assets/live.js` does.
    """

    def __init__(self, port: int, keeps: bool = False, cookie: str = "") -> None:
        credential = f"Cookie: {cookie}\r\n" if cookie else ""
        self.opening = (
            f"GET /live HTTP/1.1\r\n{BROWSER.format(port=port)}{credential}"
            "Accept: text/event-stream\r\nCache-Control: no-cache\r\n\r\n"
        ).encode()
        """What EventSource asks for."""
        self.seq, self.gaps = 0, 0
        self.frame: Frame | None = None
        self._keeps = keeps
        self._in_body = False
        self._raw = b""
        self._text = b""
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def take(self, data: bytes) -> list[int]:
        """The numbers of the frames that these bytes completed."""
        self._raw += data
        if not self._in_body:
            self._open()
        while self._in_body and (chunk := self._chunk()) is not None:
            self._text += self._inflate.decompress(chunk)
        *blocks, self._text = self._text.split(b"\n\n")
        return [seq for seq in map(self._event, blocks) if seq]

    def _open(self) -> None:
        head, end, rest = self._raw.partition(HEAD_END)
        if end:
            if b" 200 " not in head[:16] or b"content-encoding: gzip" not in head.lower():
                raise Refused(head.decode("latin-1"))
            self._raw, self._in_body = rest, True

    def _chunk(self) -> bytes | None:
        size, end, _ = self._raw.partition(b"\r\n")
        if not end:
            return None
        start = len(size) + 2
        stop = start + int(size, 16)
        if len(self._raw) < stop + 2:
            return None
        chunk, self._raw = self._raw[start:stop], self._raw[stop + 2 :]
        return chunk

    def _event(self, block: bytes) -> int:
        name, _, data = block.partition(b"\ndata: ")
        if name not in (b"event: key", b"event: delta"):
            return 0
        told = orjson.loads(data)
        if name == b"event: key":
            self.frame = told if self._keeps else None
        elif told["base"] != self.seq:
            self.gaps += 1
        elif self.frame is not None:
            self.frame = patch(self.frame, told)
        self.seq = int(told["seq"])
        return self.seq


class Poller:
    """A browser on a page with `dcc.Interval`: `ask` once a second, reads the whole answer."""

    opening = b""
    SEQ: Final = re.compile(rb'"seq":\s*(?:\{"children":\s*)?(\d+)')
    LENGTH: Final = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)

    def __init__(self, port: int, path: str, call: dict[str, Any]) -> None:
        """`call`: the callback as `/_dash-dependencies` tells it."""
        self.seq, self.gaps = 0, 0
        self.frame: Frame | None = None
        self.waiting = False
        self._path, self._call = path, call
        self._headers = BROWSER.format(port=port) + (
            f"Origin: http://127.0.0.1:{port}\r\n"
            "Accept: application/json\r\nContent-Type: application/json\r\n"
        )
        self._raw = b""

    def ask(self, number: int) -> bytes:
        """The request dash-renderer makes when the interval fires for the `number`th time."""
        one = self._call["inputs"][0]
        name = f"{one['id']}.{one['property']}"
        body = orjson.dumps(
            {
                "output": self._call["output"],
                "outputs": outputs_of(self._call["output"]),
                "inputs": [{"id": one["id"], "property": one["property"], "value": number}],
                "changedPropIds": [name],
                "parsedChangedPropsIds": [name],
            }
        )
        head = f"POST {self._path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body)}\r\n\r\n"
        self.waiting = True
        return head.encode() + body

    def take(self, data: bytes) -> list[int]:
        """The number of the frame in the answer, if these bytes completed it and it is new."""
        self._raw += data
        head, end, body = self._raw.partition(HEAD_END)
        if not end:
            return []
        length = self.LENGTH.search(head)
        if b" 200 " not in head[:16] or length is None:
            raise Refused(head.decode("latin-1"))
        if len(body) < int(length[1]):
            return []
        self._raw, self.waiting = b"", False
        orjson.loads(body)
        found = self.SEQ.search(body)
        seq = int(found[1]) if found else 0
        if seq == self.seq:
            return []
        self.seq = seq
        return [seq]


def outputs_of(output: str) -> list[dict[str, str]] | dict[str, str]:
    """`..a.data...b.children..` → its components and properties; one of them alone without dots."""
    single = not output.startswith("..")
    words = [output] if single else output[2:-2].split("...")
    pairs = [word.rpartition(".") for word in words]
    out = [{"id": id, "property": name} for id, _, name in pairs]
    return out[0] if single else out
