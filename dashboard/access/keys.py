"""The secret of an installation 主密钥: one file that only its owner reads, and what follows from
it: signatures, tokens against forgery, seeds of second factors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

BYTES: Final = 32


class KeyFileError(RuntimeError):
    """The key file cannot be used; the text says why and what to do."""


class Keys:
    """What only this installation can make or check."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def derive(self, label: str, *parts: str) -> bytes:
        """A key of its own for each purpose."""
        text = "\0".join((label, *parts))
        return hmac.new(self._master, text.encode(), hashlib.sha256).digest()

    @property
    def fingerprint(self) -> str:
        """Tells installations apart: two on one host do not share cookies."""
        return self.derive("fingerprint").hex()[:8]

    def tag(self, label: str, *parts: str) -> str:
        """A mark that nobody else can make."""
        return _text(self.derive(label, *parts)[:24])

    def fits(self, tag: str, label: str, *parts: str) -> bool:
        """Whether `tag` is that mark; takes as long for a wrong one."""
        return hmac.compare_digest(tag.encode(), self.tag(label, *parts).encode())

    def sign(self, label: str, payload: bytes) -> str:
        """`payload` in a text that shows if it was changed."""
        body = _text(payload)
        return f"{body}.{self.tag(label, body)}"

    def read(self, label: str, text: str) -> bytes | None:
        """What was signed; None if it was not, or not by us."""
        body, _, tag = text.partition(".")
        if not body or not self.fits(tag, label, body):
            return None
        try:
            return base64.b64decode(body + "=" * (-len(body) % 4), b"-_", validate=True)
        except ValueError:
            return None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make_keys(file: Path) -> Keys:
    """Writes a new key file, mode 600. Raises FileExistsError: a key is never overwritten."""
    file.parent.mkdir(parents=True, exist_ok=True)
    master = secrets.token_bytes(BYTES)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(master.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return Keys(master)


def load_keys(file: Path) -> Keys:
    """The keys of this installation. Raises `KeyFileError`."""
    try:
        mode = file.stat().st_mode & 0o777
        text = file.read_text("ascii").strip()
    except FileNotFoundError:
        raise KeyFileError(f"还没有主密钥 {file}：请先运行 cityops init") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"主密钥 {file} 读不了：{error}") from error
    if mode & 0o077:
        raise KeyFileError(
            f"主密钥 {file} 的权限是 {mode:o}，别的用户也能读：应为 600（chmod 600 {file}）"
        )
    if len(text) != 2 * BYTES or set(text) - set("0123456789abcdef"):
        raise KeyFileError(f"主密钥 {file} 不是 {2 * BYTES} 个十六进制字符：从备份恢复")
    return Keys(bytes.fromhex(text))
