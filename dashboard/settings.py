"""How one setting 配置项 is declared and read: default, reader, meaning — or a `ConfigError`."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Reader = Callable[[Any], Any]


class ConfigError(ValueError):
    """A setting 配置项 that cannot be used: key, value, what was expected, where it was written."""

    def __init__(self, key: str, value: object, expected: str, where: str = "") -> None:
        self.key, self.value, self.expected, self.where = key, value, expected, where
        found = "未设置 / unset" if value is None else repr(value)
        source = f"（{where}）" if where else ""
        super().__init__(f"配置项 {key} = {found}{source}：应为 {expected}")


@dataclass(frozen=True)
class Setting:
    """Reader, meaning and default of one setting; `secret` ones may come from a file."""

    name: str
    default: Any
    read: Reader
    meaning: str
    secret: bool


def setting(default: Any, read: Reader, meaning: str, *, secret: bool = False) -> Any:
    """A dataclass field that carries how it is read and what it means."""
    metadata = {"read": read, "meaning": meaning, "secret": secret}
    return dataclasses.field(default=default, metadata=metadata)


def settings_of(config: type) -> dict[str, Setting]:
    """The settings of a configuration class, in the order written."""
    return {f.name: Setting(f.name, f.default, **f.metadata) for f in dataclasses.fields(config)}


def text(pattern: str, expected: str) -> Reader:
    """Reads text that matches `pattern` as a whole."""

    def read(raw: Any) -> str:
        if not isinstance(raw, str) or not re.fullmatch(pattern, raw):
            raise ValueError(expected)
        return raw

    return read


def folder(raw: Any) -> Path:
    """Reads a path."""
    if not isinstance(raw, str | Path) or not str(raw) or "\0" in str(raw):
        raise ValueError("路径")
    return Path(raw).expanduser()


def flag(raw: Any) -> bool:
    """Reads a truth value."""
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in words:
        return words[raw.lower()]
    raise ValueError("true 或 false")


def whole(low: int, high: int) -> Reader:
    """Reads an integer between the two bounds."""

    def read(raw: Any) -> int:
        number_text = str(raw).strip()
        if isinstance(raw, bool | float) or not re.fullmatch(r"[+-]?[0-9]{1,12}", number_text):
            raise ValueError(f"{low}–{high} 的整数")
        if not low <= int(number_text) <= high:
            raise ValueError(f"{low}–{high} 的整数")
        return int(number_text)

    return read


def number(low: float, high: float) -> Reader:
    """Reads a finite number between the two bounds."""
    expected = f"{low:g}–{high:g} 的数"

    def read(raw: Any) -> float:
        try:
            value = math.nan if isinstance(raw, bool) else float(raw)
        except (TypeError, ValueError):
            raise ValueError(expected) from None
        if not low <= value <= high:
            raise ValueError(expected)
        return value

    return read


def choice(*words: str) -> Reader:
    """Reads one of some words, in any case."""

    def read(raw: Any) -> str:
        if not isinstance(raw, str) or raw.lower() not in words:
            raise ValueError("、".join(words) + " 之一")
        return raw.lower()

    return read


def url(schemes: frozenset[str]) -> Reader:
    """Reads a URL of one of the schemes."""
    expected = "以 " + "、".join(f"{scheme}://" for scheme in sorted(schemes)) + " 开头的地址"

    def read(raw: Any) -> str:
        if not isinstance(raw, str):
            raise ValueError(expected)
        try:
            parts = urlsplit(raw)
        except ValueError:
            raise ValueError(expected) from None
        if parts.scheme not in schemes or "://" not in raw:
            raise ValueError(expected)
        return raw

    return read


def tile_template(raw: Any) -> str:
    """Reads the address of map tiles: {z}, {x} and {y} in it, of another host or a path of ours."""
    expected = "含 {z}、{x}、{y} 的瓦片地址，以 https、http 或本站的 / 开头"
    if not isinstance(raw, str) or not all(part in raw for part in ("{z}", "{x}", "{y}")):
        raise ValueError(expected)
    rest = re.sub(r"\{(?:[zxys]|-y)\}", "", raw)
    if not re.fullmatch(r"(https?://[\w.{}:-]+)?/[^\s\"'<>;,{}\\]*", rest):
        raise ValueError(expected)
    return raw
