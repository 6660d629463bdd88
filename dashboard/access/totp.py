"""The second factor 动态口令 (RFC 6238): six digits that change every half minute.

The seed follows from the installation's key and a word kept with the account: the database alone
gives nobody a code.
"""

from __future__ import annotations

import base64
from typing import Final

import pyotp

from dashboard.access.keys import Keys

STEP_S: Final = 30
TOLERANCE: Final = 1
"""Steps that a telephone's clock may be off."""


def seed(keys: Keys, user: str, word: str) -> str:
    """What the authenticator app is told, base32."""
    return base64.b32encode(keys.derive("totp", user, word)[:20]).decode()


def address(seed_text: str, user: str, city: str) -> str:
    """The `otpauth://` URI of a seed."""
    return pyotp.TOTP(seed_text).provisioning_uri(name=user, issuer_name=city)


def step_of(seed_text: str, code: str, now_ms: int, last: int) -> int | None:
    """The time step a code belongs to; None for a wrong code or one of a step already used."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp = pyotp.TOTP(seed_text)
    present = now_ms // 1000 // STEP_S
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if step > last and pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None
