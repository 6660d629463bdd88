"""The address of somebody's database 数据库地址, as SQLAlchemy takes it."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url


def sql_address(text: str) -> URL:
    """PostgreSQL by the driver this program brings, its texts as UTF-8, unless the address says
    otherwise, `?client_encoding=gbk`: a database of no encoding (SQL_ASCII) would give bytes.
    Raises `ArgumentError`."""
    url = make_url(text)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "postgresql+psycopg" and "client_encoding" not in url.query:
        url = url.update_query_dict({"client_encoding": "utf8"})
    return url
