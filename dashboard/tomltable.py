"""Reading TOML strictly: what is wrong, missing or unknown is named, and what is expected."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dashboard.settings import ConfigError


class ProfileError(ConfigError):
    """A city profile 城市档案 that cannot be used: file, key, what was found and expected."""

    def __init__(self, file: str, key: str, found: object, expected: str) -> None:
        super().__init__(key, found, expected, file)
        shown = "缺少 / missing" if found is None else _short(found)
        self.args = (f"城市档案 {file}：{key} = {shown}：应为 {expected}",)


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 80 else text[:77] + "…"


def read_table(file: Path) -> Table:
    """The root table of a TOML file; raises `ProfileError` if it cannot be read."""
    try:
        return Table(tomllib.loads(file.read_text("utf-8")), str(file))
    except OSError as error:
        raise ProfileError(str(file), "-", error.strerror, "可读的文件") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(str(file), "-", str(error), "TOML 格式（UTF-8）") from error


class Table:
    """A TOML table with typed getters; `done` refuses the keys nobody asked for."""

    def __init__(self, values: Mapping[str, Any], file: str, path: str = "") -> None:
        self._values = values
        self._asked: set[str] = set()
        self.file = file
        self.path = path

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """The keys as written; asking for them is the caller's job."""
        return iter(self._values)

    def error(self, key: str, found: object, expected: str) -> ProfileError:
        """A `ProfileError` about one key of this table."""
        return ProfileError(self.file, self.name(key), found, expected)

    def name(self, key: str) -> str:
        """The key as seen from the root of the file."""
        if key and not re.fullmatch(r"[A-Za-z0-9_-]+(\[[0-9]+\])?", key):
            key = f'"{key}"'
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def get(self, key: str) -> Any:
        """The raw value, None if absent."""
        self._asked.add(key)
        return self._values.get(key)

    def text(
        self, key: str, expected: str, pattern: str = r".+", default: str | None = None
    ) -> str:
        """A text that matches `pattern` as a whole; required where there is no default."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self.error(key, value, expected)
        return value

    def optional_text(self, key: str, expected: str, pattern: str = r".+") -> str | None:
        """As `text`, or None where the key is absent."""
        return self.text(key, expected, pattern) if key in self._values else None

    def choice(self, key: str, words: Mapping[str, object], default: str | None = None) -> str:
        """One of some words."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in words:
            raise self.error(key, value, "、".join(words) + " 之一")
        return value

    def number(
        self, key: str, low: float, high: float, default: float | None = None, whole: bool = False
    ) -> float:
        """A number between the bounds; required where there is no default."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        kinds = (int,) if whole else (int, float)
        if type(value) not in kinds or not low <= value <= high:
            raise self.error(key, value, f"{low:g}–{high:g} 的{'整数' if whole else '数'}")
        return float(value) if not whole else int(value)

    def flag(self, key: str) -> bool:
        """true or false; false where the key is absent."""
        value = self.get(key)
        if value is not None and type(value) is not bool:
            raise self.error(key, value, "true 或 false")
        return bool(value)

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        """As `number`, or None where the key is absent."""
        return self.number(key, low, high) if key in self._values else None

    def texts(self, key: str, expected: str, pattern: str = r".+") -> tuple[str, ...]:
        """A list of different texts; empty where the key is absent."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error(key, value, f"{expected} 的列表")
        for number, one in enumerate(value):
            if not isinstance(one, str) or not re.fullmatch(pattern, one):
                raise self.error(f"{key}[{number}]", one, expected)
            if one in value[:number]:
                raise self.error(f"{key}[{number}]", one, "不重复")
        return tuple(value)

    def known(self, words: Mapping[str, object]) -> list[str]:
        """The keys of this table, each of which must be one of some words."""
        for key in self._values:
            if key not in words:
                near = difflib.get_close_matches(key, words, n=1)
                hint = f"是否 {near[0]}？" if near else "、".join(words)
                raise self.error(key, self._values[key], f"已知的键：{hint}")
        return list(self._values)

    def table(self, key: str) -> Table:
        """A table inside this one; an empty one where the key is absent."""
        value = self.get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error(key, value, f"表 [{self.name(key)}]")
        return Table(value, self.file, self.name(key))

    def tables(self, key: str) -> list[Table]:
        """The tables of `[[key]]`; none where it is absent."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.error(key, value, f"[[{self.name(key)}]]")
        name = self.name(key)
        return [Table(one, self.file, f"{name}[{number}]") for number, one in enumerate(value)]

    def done(self) -> None:
        """Refuses keys that were never asked for."""
        self.known(dict.fromkeys(sorted(self._asked)))
