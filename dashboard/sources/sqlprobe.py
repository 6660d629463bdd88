"""`select 1` at a foreign database: the probe of an SQL endpoint 数据库探测."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from dashboard.sources.sqladdress import sql_address

_TIMEOUT: dict[str, tuple[str, type]] = {
    "sqlite": ("timeout", float),
    "postgresql": ("connect_timeout", int),
    "mysql": ("connect_timeout", int),
}


def sql_check(url: str, timeout_s: float) -> Callable[[], None]:
    """What asks the database once, over a new connection; it raises `OSError` when there is no
    answer. Raises `ValueError` where the address or its driver cannot be used."""
    try:
        parsed = sql_address(url)
        name, kind = _TIMEOUT[parsed.get_backend_name()]
        settings: dict[str, Any] = {name: max(1, kind(timeout_s))}
        engine = create_engine(parsed, poolclass=NullPool, connect_args=settings)
    except (ArgumentError, ModuleNotFoundError, KeyError) as error:
        raise ValueError(f"数据库地址或驱动不可用：{type(error).__name__}") from error
    file = parsed.database if parsed.get_backend_name() == "sqlite" else None

    def ask() -> None:
        if file is not None and not Path(file).exists():
            raise OSError(f"没有文件 {file}")
        try:
            with engine.connect() as connection:
                connection.execute(text("select 1"))
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error).strip()
            raise OSError(cause.splitlines()[0] if cause else type(error).__name__) from error

    return ask
