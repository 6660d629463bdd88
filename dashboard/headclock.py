"""The clock on a request's head 请求头的时限: who dawdles is let go of.

uvicorn times what comes after an answer, but not the first head, nor a head begun and not ended,
nor a body nobody waits for any more: a few thousand such connections would take all there are.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

HEADERS_S: Final = 15.0


class PromptProtocol(H11Protocol):
    """HTTP/1.1 with a head that must be whole `HEADERS_S` after it could begin."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        self._watch()
        super().data_received(data)
        if not self._dawdling():
            self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _dawdling(self) -> bool:
        """Nothing can be done until more comes in."""
        if self.conn.their_state is h11.IDLE:
            return True
        answered = self.cycle is not None and self.cycle.response_complete
        return self.conn.their_state is h11.SEND_BODY and answered

    def _watch(self) -> None:
        if self._due is None and self._dawdling():
            self._due = self.loop.call_later(HEADERS_S, self._let_go)

    def _forget(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _let_go(self) -> None:
        if not self.transport.is_closing() and self._dawdling():
            where = self.client[0] if self.client else ""
            log.info("请求头来得太慢，断开", extra={"address": where})
            self.transport.close()
