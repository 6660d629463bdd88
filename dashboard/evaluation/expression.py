"""Expressions 算式: numbers, names, + − × ÷ and brackets over exact fractions; nothing else.

`money.spent.total / money.budget.total * 100`. A name without a value, or a division by 0, makes
the whole expression valueless (None): no data is not 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

Lookup = Callable[[str], Fraction | None]
Node = tuple[str, "Node", "Node"] | str | Fraction
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)|(?P<sign>[-+*/()]))"
)
MAX_DEPTH: Final = 40


class BadExpression(ValueError):
    """Text that is no expression; says where it stops being one."""


@dataclass(frozen=True)
class Expression:
    """A parsed expression; raises `BadExpression` when first used if it is none."""

    text: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name in it, in order, each once."""
        found: dict[str, None] = {}

        def walk(node: Node) -> None:
            if isinstance(node, str):
                found[node] = None
            elif isinstance(node, tuple):
                walk(node[1])
                walk(node[2])

        walk(self._tree)
        return tuple(found)

    def value(self, lookup: Lookup) -> Fraction | None:
        """Its value, or None where a name has none or a divisor is 0."""
        return _value(self._tree, lookup)

    @cached_property
    def _tree(self) -> Node:
        return _Parser(self.text).whole()


def _value(node: Node, lookup: Lookup) -> Fraction | None:
    if isinstance(node, Fraction):
        return node
    if isinstance(node, str):
        return lookup(node)
    left, right = _value(node[1], lookup), _value(node[2], lookup)
    if left is None or right is None:
        return None
    if node[0] == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[node[0]]


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise BadExpression(f"{text}：第 {at + 1} 个字符起读不懂")
            self._tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
            at = match.end()
        self._text, self._at, self._depth = text, 0, 0

    def whole(self) -> Node:
        node = self._sum()
        if self._at < len(self._tokens):
            raise BadExpression(f"{self._text}：{self._tokens[self._at][1]} 处多余")
        return node

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadExpression(f"{self._text}：括号过深")
        node = self._product()
        while self._next("+", "-"):
            node = (self._taken(), node, self._product())
        self._depth -= 1
        return node

    def _product(self) -> Node:
        node = self._single()
        while self._next("*", "/"):
            node = (self._taken(), node, self._single())
        return node

    def _single(self) -> Node:
        if self._next("-"):
            self._taken()
            return ("-", Fraction(0), self._single())
        if self._next("("):
            self._taken()
            node = self._sum()
            if not self._next(")"):
                raise BadExpression(f"{self._text}：缺少 )")
            self._taken()
            return node
        if self._at >= len(self._tokens) or self._tokens[self._at][0] == "sign":
            raise BadExpression(f"{self._text}：缺少一个数或名字")
        kind, text = self._tokens[self._at]
        self._at += 1
        return Fraction(Decimal(text)) if kind == "number" else text

    def _next(self, *signs: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at][1] in signs

    def _taken(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]
