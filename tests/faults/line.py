"""A line 线路 between a program and its server that a test can cut, or silence."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Line:
    """Forwards a port of its own to a port of this machine; `cut` resets what is connected,
    `silence` swallows all that is said and tells nobody: a half-open connection 半开连接."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._pairs: list[_Pair] = []
        self._silent = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()

    def silence(self, who_said: bytes = b"") -> None:
        """From now on nothing goes through; what is connected stays so, for ever silent. With
        `who_said` only for connections on which the program has said these bytes."""
        self._silent = not who_said
        for pair in self._pairs:
            pair.silent |= who_said in pair.heard

    def restore(self) -> None:
        """New connections go through again; the old ones never will."""
        self._silent = False

    def cut(self) -> None:
        """The program's ends are closed at once; the server is not told, as when a firewall drops
        a connection."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            with contextlib.suppress(OSError):
                pair.near.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except OSError:  # the server is gone
                    near.close()
                    continue
                pair = _Pair(near, far, self._silent)
                self._pairs.append(pair)
                for carry in (pair.say, pair.answer):
                    threading.Thread(target=carry, daemon=True).start()


class _Pair:
    """The program's end and the server's of one connection."""

    HEARD = 4_096

    def __init__(self, near: socket.socket, far: socket.socket, silent: bool) -> None:
        self.near, self.far, self.silent = near, far, silent
        self.heard = b""
        """The first bytes the program said."""

    def say(self) -> None:
        """Until the program ends; then nothing more is said to the server, nor is it told."""
        with contextlib.suppress(OSError):
            while data := self.near.recv(65_536):
                self.heard += data[: self.HEARD - len(self.heard)]
                if not self.silent:
                    self.far.sendall(data)

    def answer(self) -> None:
        """Until the server ends; the program sees that, unless the line is silent."""
        with contextlib.suppress(OSError):
            while data := self.far.recv(65_536):
                if not self.silent:
                    self.near.sendall(data)
        if not self.silent:
            with contextlib.suppress(OSError):
                self.near.shutdown(socket.SHUT_RDWR)
