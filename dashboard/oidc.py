"""Sign-in by the city's own identity provider 统一身份认证 (OpenID Connect, code flow with PKCE).

The provider says who somebody is; what they may do is in our accounts. Calls wait for the network:
make them in a thread.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dashboard.access.keys import Keys

SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with a key pair; "none" and shared secrets are not taken."""
LABEL: Final = "oidc"
FRESH_MS: Final = 600_000
LEEWAY_S: Final = 60
TIMEOUT_S: Final = 10.0


class OidcError(RuntimeError):
    """The provider or its answer cannot be used; the text is for the log."""


@dataclass(frozen=True)
class Provider:
    """The provider 认证中心, as registered there; `claim` holds our user's name."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "preferred_username"


class Journey(msgspec.Struct, frozen=True):
    """What we must remember while somebody is at the provider; lives signed in a cookie."""

    state: str
    nonce: str
    verifier: str
    onward: str
    at: int


_read_journey = msgspec.json.Decoder(Journey)


class Oidc:
    """Sends people to the provider and reads what they come back with."""

    def __init__(self, provider: Provider, keys: Keys, now: Callable[[], int]) -> None:
        self.provider, self._keys, self._now = provider, keys, now
        self._known: OpenIDProviderMetadata | None = None

    def begin(self, redirect_uri: str, onward: str) -> tuple[str, str]:
        """Where to send the browser, and the cookie that goes along. Raises `OidcError`."""
        words = [secrets.token_urlsafe(24) for _ in range(2)]
        journey = Journey(words[0], words[1], secrets.token_urlsafe(48), onward, self._now())
        address = prepare_grant_uri(
            self._metadata()["authorization_endpoint"],
            client_id=self.provider.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope="openid profile",
            state=journey.state,
            nonce=journey.nonce,
            code_challenge=create_s256_code_challenge(journey.verifier),
            code_challenge_method="S256",
        )
        return str(address), self._keys.sign(LABEL, msgspec.json.encode(journey))

    def finish(self, cookie: str, state: str, code: str, redirect_uri: str) -> tuple[str, str]:
        """The user's name at the provider, and where to go. Raises `OidcError`."""
        journey = self._journey(cookie)
        if not secrets.compare_digest(journey.state.encode(), state.encode()):
            raise OidcError("state 不符：不是本浏览器发起的登录")
        answer = self._post(
            self._metadata()["token_endpoint"],
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": journey.verifier,
            },
        )
        claims = self._claims(str(answer.get("id_token", "")), journey.nonce, answer)
        user = claims.get(self.provider.claim)
        if not isinstance(user, str) or not user:
            raise OidcError(f"身份令牌里没有 {self.provider.claim}")
        return user, journey.onward

    def _journey(self, cookie: str) -> Journey:
        said = self._keys.read(LABEL, cookie)
        if said is None:
            raise OidcError("没有登录的起点：cookie 缺失或被改过")
        journey = _read_journey.decode(said)
        if not 0 <= self._now() - journey.at <= FRESH_MS:
            raise OidcError("登录用时太久，请重来")
        return journey

    def _claims(self, token: str, nonce: str, answer: dict[str, Any]) -> dict[str, Any]:
        """The checked claims of an identity token: signed by the provider, for us, this time."""
        metadata = self._metadata()
        try:
            keys = KeySet.import_key_set(self._get(metadata["jwks_uri"]))  # type: ignore[arg-type]
            read = jwt.decode(token, keys, algorithms=list(SIGNED_BY))
            wanted = {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self.provider.client_id},
            }
            params: dict[str, Any] = {"nonce": nonce, "client_id": self.provider.client_id}
            params["access_token"] = answer.get("access_token")
            claims = CodeIDToken(read.claims, read.header, wanted, params)
            claims.validate(now=self._now() // 1000, leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError) as error:
            raise OidcError(f"身份令牌不可信：{error}") from error
        return dict(read.claims)

    def _metadata(self) -> OpenIDProviderMetadata:
        """What the provider says of itself; asked once, and again after a failure."""
        if self._known is None:
            address = get_well_known_url(self.provider.issuer, external=True)
            found = OpenIDProviderMetadata(self._get(address))
            if found.get("issuer") != self.provider.issuer:
                raise OidcError(
                    f"认证中心自称 {found.get('issuer')}，配置的是 {self.provider.issuer}"
                )
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(found.get(name), str):
                    raise OidcError(f"认证中心没有说明 {name}")
            self._known = found
        return self._known

    def _get(self, address: str) -> dict[str, Any]:
        return self._answer(lambda client: client.get(address))

    def _post(self, address: str, form: dict[str, str]) -> dict[str, Any]:
        who = (self.provider.client_id, self.provider.client_secret)
        return self._answer(lambda client: client.post(address, data=form, auth=who))

    def _answer(self, ask: Callable[[httpx.Client], httpx.Response]) -> dict[str, Any]:
        try:
            with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
                answer = ask(client)
            answer.raise_for_status()
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcError(f"认证中心不可用：{error}") from error
        if not isinstance(said, dict):
            raise OidcError("认证中心的回答不是对象")
        return said
