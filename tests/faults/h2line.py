"""One GET over HTTP/2, as little of RFC 9113 as that takes: what comes is read piece by piece."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Generator, Mapping
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 6, 7, 8
ACK, END_STREAM, END_HEADERS = 1, 1, 4
PLENTY: Final = 2**31 - 1 - 65_535
STATUS_200: Final = 0x88
"""`:status 200` is an entry of HPACK's own table."""


def h2_get(
    port: int, name: str, path: str, tls: ssl.SSLContext, headers: Mapping[str, str]
) -> Generator[bytes]:
    """The body in the pieces in which it came; "h2" must have been agreed on, and 200 answered."""
    tls.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
        tls.wrap_socket(plain, server_hostname=name) as line,
    ):
        assert line.selected_alpn_protocol() == "h2"
        told = {":method": "GET", ":scheme": "https", ":path": path, ":authority": name, **headers}
        block = b"".join(b"\x00" + _text(n) + _text(v) for n, v in told.items())
        line.sendall(
            PREFACE
            + _frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 2**31 - 1))
            + _frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", PLENTY))
            + _frame(HEADERS, END_STREAM | END_HEADERS, 1, block)
        )
        stream = line.makefile("rb")
        while head := stream.read(9):
            kind, flags = head[3], head[4]
            body = stream.read(int.from_bytes(head[:3], "big"))
            if kind == SETTINGS and not flags & ACK:
                line.sendall(_frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                line.sendall(_frame(PING, ACK, 0, body))
            elif kind == HEADERS:
                assert body[0] == STATUS_200, body[:8]
            elif kind == DATA:
                yield body
            elif kind == GOAWAY:
                return


def _frame(kind: int, flags: int, stream: int, body: bytes = b"") -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + body


def _text(word: str) -> bytes:
    """A string literal of HPACK, not compressed: its length in a prefix of seven bits."""
    raw = word.encode()
    if len(raw) < 127:
        return bytes([len(raw)]) + raw
    rest, out = len(raw) - 127, [127]
    while rest >= 128:
        out.append(rest % 128 + 128)
        rest //= 128
    return bytes([*out, rest]) + raw
