"""One table of a TOML mapping, read strictly: every key asked for once, every other key refused."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, NoReturn


class MappingError(ValueError):
    """A mapping that cannot be used; the text names file, key, found and expected."""


class Section:
    """A table being read; `done` refuses the keys nobody asked for."""

    def __init__(self, file: str, path: str, table: Mapping[str, Any]) -> None:
        self._file, self._path, self._table = file, path, table
        self._asked: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def fail(self, key: str, found: object, expected: str) -> NoReturn:
        """Raises the `MappingError` for one key of this table."""
        where = f"[{self._path}] {key}" if self._path else key
        shown = "未写" if found is None else repr(found)
        raise MappingError(f"{self._file}：{where} = {shown}，应为 {expected}")

    def names(self, known: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The keys present; with `known`, any other key is refused with the nearest known one."""
        if known is not None:
            self._asked.update(dict.fromkeys(known))
            self._refuse_others()
        return tuple(self._table)

    def is_table(self, key: str) -> bool:
        return isinstance(self._table.get(key), dict)

    def section(self, key: str, *, required: bool = False) -> Section:
        """The table under `key`, an empty one when it is not there."""
        value = self._get(key)
        path = f"{self._path}.{key}" if self._path else key
        if value is None and required:
            raise MappingError(f"{self._file}：缺少 [{path}]")
        if value is not None and not isinstance(value, dict):
            self.fail(key, value, f"一个表 [{path}]")
        return Section(self._file, path, value or {})

    def text(
        self,
        key: str,
        default: str | None = None,
        longest: int = 200,
        *,
        may_be_empty: bool = False,
    ) -> str:
        value = self._get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or len(value) > longest or not (value or may_be_empty):
            self.fail(key, value, f"文字（1–{longest} 字）")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """One text or a list of texts."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not found or any(not isinstance(v, str) for v in found):
            self.fail(key, value, "文字，或文字的列表")
        return tuple(found)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self._get(key)
        if value is None:
            return default
        if type(value) is not int or not low <= value <= high:
            self.fail(key, value, f"{low}–{high} 的整数")
        return value

    def choice(self, key: str, words: tuple[str, ...], default: str) -> str:
        value = self._get(key)
        if value is None:
            return default
        if value not in words:
            self.fail(key, value, "、".join(words) + " 之一")
        return str(value)

    def scalar(self, key: str) -> Any:
        """A text, number or truth value."""
        value = self._get(key)
        if not isinstance(value, str | int | float | bool):
            self.fail(key, value, "文字、数或 true/false")
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        """A value map 对照表: source text → our value."""
        own = self.section(key)
        found = {name: own.scalar(name) for name in own.names()}
        own.done()
        if not found:
            self.fail(key, None, "对照表不能为空")
        return found

    def done(self) -> None:
        """Refuses the keys that were never asked for."""
        self._refuse_others()

    def _get(self, key: str) -> Any:
        self._asked[key] = None
        return self._table.get(key)

    def _refuse_others(self) -> None:
        for key in self._table:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"是否 {near[0]}？" if near else f"可用：{'、'.join(self._asked)}"
                where = f"[{self._path}] " if self._path else ""
                raise MappingError(f"{self._file}：{where}未知的键 {key}；{hint}")
