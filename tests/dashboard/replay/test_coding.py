"""What is put down for replay comes back byte for byte, whatever it is; what is cut is refused."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.replay.coding import PIECE, WINDOW, Unreadable, decode, encode

LONG = random.Random(7).randbytes(3 * PIECE)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A key, and a body that shares stretches of it, of lengths about the seams."""
    length = st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, WINDOW, WINDOW + 1, len(LONG)])
    key = LONG[: draw(length)]
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(key)))
        parts += [draw(st.binary(max_size=40)), key[start : start + draw(length)]]
    return key, b"".join(parts)


@given(bodies())
def test_what_goes_in_comes_out(pair: tuple[bytes, bytes]) -> None:
    key, body = pair
    assert decode(encode(body, key), key) == body
    assert decode(encode(body)) == body


@given(bodies(), st.data())
def test_a_cut_a_flip_and_another_key_are_noticed(
    pair: tuple[bytes, bytes], data: st.DataObject
) -> None:
    key, body = pair
    stored = encode(body, key)
    cut = data.draw(st.integers(0, len(stored) - 1))
    flipped = bytearray(stored)
    flipped[cut] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (stored[:cut], bytes(flipped)):
        try:
            assert decode(wrong, key) == body  # a flip may hit a bit that says nothing
        except Unreadable:
            continue


def test_another_key_never_gives_another_body() -> None:
    key, body = LONG[:PIECE], LONG[100 : PIECE + 100]
    with pytest.raises(Unreadable, match="损坏"):
        decode(encode(body, key), key[::-1])


def test_a_minute_like_the_key_takes_little() -> None:
    body = LONG[:20_000] + b"changed" + LONG[20_000:]
    assert len(encode(body, LONG)) < len(LONG) / 50
