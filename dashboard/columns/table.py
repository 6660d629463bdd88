"""The table of cases in memory: one place a case, one array a column, kept up to date in place.

Instants are whole seconds: with window edges on whole seconds, before and after are then exact.
Whether something happened *at* an edge is told by the bits of `edges`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.columns.shape import INSTANTS, NUMBERS, TIMES, Flags, Ints, Shape

DIMENSIONS: Final = (
    "district",
    "street",
    "community",
    "duty_grid",
    "unit_cell",
    "department",
    "category",
    "channel",
)
"""What cases can be chosen and grouped by."""
_EDGES: Final = (
    "reported", "dispatched", "disposed", "cancelled", "closed", "refused", "rejected",
    "suspended", "resumed", "accepted", "filed", "checked",
)  # fmt: skip
CHECKED_AFTER: Final = 1 << len(_EDGES)
"""Bit of `edges`: the check came at or after the disposal."""
EDGE: Final[dict[str, int]] = {name: 1 << i for i, name in enumerate(_EDGES)}
SPARE: Final = 1 << 14
SECOND: Final = 1_000


@dataclass(frozen=True)
class Chunk:
    """Some cases: ids, a row of `ints` for each of `shape.TIMES` and `NUMBERS` (0: none), and for
    each of `DIMENSIONS` a sequence of codes."""

    ids: Sequence[str]
    ints: Ints
    codes: Sequence[Sequence[str | None]]


class CaseTable:
    """Cases by place 0 … n − 1. `apart`: channels that the city counts apart 单列来源."""

    def __init__(self, apart: frozenset[str] = frozenset()) -> None:
        self.n = 0
        self.apart_channels = apart
        self.patterns: list[int] = []
        """Pattern number → bits of `shape.OWN`."""
        self.members: dict[str, list[str]] = {name: [] for name in DIMENSIONS}
        """Dimension → member codes; a case holds the place of its code here."""
        self._pattern_of: dict[int, int] = {}
        self._member_of: dict[str, dict[str, int]] = {name: {} for name in DIMENSIONS}
        self._ids: NDArray[Any] = np.empty(0, "S1")
        self._later: dict[str, int] = {}
        self._arrays: dict[str, NDArray[Any]] = self._columns(Chunk([], _no_ints(), _no_codes()))

    @classmethod
    def loaded(cls, chunks: Iterable[Chunk], apart: frozenset[str] = frozenset()) -> CaseTable:
        """A table of many cases, each of them once."""
        table = cls(apart)
        parts: list[dict[str, NDArray[Any]]] = [table._arrays]
        ids: list[bytes] = []
        for one in chunks:
            parts.append(table._columns(one))
            ids += [id.encode() for id in one.ids]
        keys = np.array(ids, "S") if ids else table._ids
        order = np.argsort(keys, kind="stable")
        table._ids = keys[order]
        made: dict[str, NDArray[Any]] = {}
        for name in tuple(table._arrays):
            joined = np.concatenate([part.pop(name) for part in parts])
            made[name] = np.zeros(len(joined) + SPARE, joined.dtype)
            made[name][: len(joined)] = joined[order]
        table._arrays = made
        table.n = len(order)
        return table

    def put(self, chunk: Chunk) -> None:
        """Takes over cases as they are now: new ones, and others than before."""
        places = np.array([self._place(id) for id in chunk.ids], np.int64)
        for name, values in self._columns(chunk).items():
            self._arrays[name][places] = values

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column: an instant, `pattern`, `edges`, `apart`, or a dimension's member places."""
        found: NDArray[Any] = self._arrays[name][: self.n]
        return found

    def megabytes(self) -> float:
        """What the columns and the case numbers take."""
        held = [self._ids.nbytes, *(array.nbytes for array in self._arrays.values())]
        return float(sum(held)) / 1e6

    def ids(self, places: Ints) -> list[str]:
        """The cases at some places."""
        later = {place: id for id, place in self._later.items()}
        known = len(self._ids)
        return [
            self._ids[place].decode() if place < known else later[place]
            for place in places.tolist()
        ]

    def chosen(
        self,
        among: Mapping[str, Sequence[str]],
        areas: frozenset[str] = frozenset(),
        apart: bool = False,
    ) -> Flags:
        """Which cases have one of the codes of every dimension of `among`, and lie in `areas`.

        Cases counted apart are among them where their channel is asked for, or with `apart`.
        """
        found: Flags = np.ones(self.n, np.bool_)
        if not apart and "channel" not in among:
            found &= ~self["apart"]
        if areas:
            found &= self._has("district", tuple(areas))
        for name, codes in among.items():
            found &= self._has(name, codes)
        return found

    def _has(self, name: str, codes: Sequence[str]) -> Flags:
        wanted = set(codes)
        begins = tuple(code for code in codes if code) if name == "category" else ()
        fits = [code in wanted or bool(begins and code.startswith(begins))
                for code in self.members[name]]  # fmt: skip
        found: Flags = np.array(fits, np.bool_)[self[name]] if fits else np.zeros(self.n, np.bool_)
        return found

    def _place(self, id: str) -> int:
        key = id.encode()
        place = int(np.searchsorted(self._ids, key)) if len(self._ids) else 0
        if place < len(self._ids) and self._ids[place] == key:
            return place
        found = self._later.get(id)
        if found is None:
            found = self._later[id] = self.n
            self.n += 1
            if self.n > len(self._arrays["pattern"]):
                for name, old in self._arrays.items():
                    self._arrays[name] = np.concatenate([old, np.zeros(SPARE, old.dtype)])
        return found

    def _columns(self, chunk: Chunk) -> dict[str, NDArray[Any]]:
        codes = dict(zip(DIMENSIONS, chunk.codes, strict=True))
        channel = codes["channel"]
        shape = Shape(
            chunk.ints,
            np.array([code == "collector" for code in channel], np.bool_),
            np.array([code == "self_handled" for code in channel], np.bool_),
        )
        edges = np.where(shape.checked_after(), CHECKED_AFTER, 0).astype(np.uint16)
        out: dict[str, NDArray[Any]] = {}
        for name in INSTANTS:
            at = shape.instants[name]
            out[name] = (at // SECOND).astype(np.uint32)
            if name in EDGE:
                edges |= np.where(at % SECOND == 0, EDGE[name], 0).astype(np.uint16)
        out["edges"] = edges
        out["pattern"] = self._numbered(shape.bits)
        apart = self.apart_channels
        out["apart"] = np.array([code in apart for code in channel], np.bool_)
        for name, found in codes.items():
            out[name] = self._coded(name, found)
        return out

    def _numbered(self, bits: NDArray[np.uint64]) -> NDArray[np.int32]:
        distinct, inverse = np.unique(bits, return_inverse=True)
        numbers = [self._pattern(mask) for mask in distinct.tolist()]
        found: NDArray[np.int32] = np.array(numbers, np.int32)[inverse]
        return found

    def _pattern(self, mask: int) -> int:
        found = self._pattern_of.setdefault(mask, len(self.patterns))
        if found == len(self.patterns):
            self.patterns.append(mask)
        return found

    def _coded(self, name: str, codes: Sequence[str | None]) -> NDArray[np.int32]:
        known, members = self._member_of[name], self.members[name]
        for code in set(codes):
            text = code or ""
            if text not in known:
                known[text] = len(members)
                members.append(text)
        found = [known[code or ""] for code in codes]
        return np.array(found, np.int32)


def _no_ints() -> Ints:
    return np.zeros((len(TIMES) + len(NUMBERS), 0), np.int64)


def _no_codes() -> list[list[str]]:
    return [[] for _ in DIMENSIONS]
