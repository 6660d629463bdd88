"""Passwords 口令: rules for new ones, Argon2id for kept ones, random ones for first use."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from typing import Final

import argon2

SHORTEST: Final = 10
LONGEST: Final = 128
CLASSES: Final = 3
REMEMBERED: Final = 5
"""Of the last so many passwords none may come back."""
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Nothing that looks like something else."""

_hasher = argon2.PasswordHasher()


class WeakPassword(ValueError):
    """A new password that the rules refuse; the text says which rule."""


def check_new(password: str, user: str, former: Sequence[str] = ()) -> None:
    """Length, classes, not the user's name, none of `former` (hashes). Raises `WeakPassword`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"口令应为 {SHORTEST}–{LONGEST} 个字符")
    tests = (str.islower, str.isupper, str.isdigit, lambda one: not one.isalnum())
    if sum(any(test(one) for one in password) for test in tests) < CLASSES:
        raise WeakPassword(f"大写、小写、数字、符号四类中至少用 {CLASSES} 类")
    if user.lower() in password.lower():
        raise WeakPassword("口令中不能有用户名")
    if len(set(password)) < 5:
        raise WeakPassword("口令的字符太单一")
    if any(matches(password, one) for one in former[:REMEMBERED]):
        raise WeakPassword(f"不能与最近 {REMEMBERED} 次的口令相同")


def hashed(password: str) -> str:
    """How a password is kept: Argon2id, its own salt."""
    return _hasher.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether this is the password that was hashed."""
    try:
        return _hasher.verify(kept, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def random_password() -> str:
    """One for the first sign-in: fits the rules, easy to copy from paper."""
    while True:
        parts = ["".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3)]
        word = "-".join(parts)
        if all(set(word) & set(kind) for kind in (string.ascii_lowercase, string.digits)):
            return word
