"""A small identity provider of the town, on loopback: tells the truth, or what a test wants."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.servers import free_port, wait_until

CLIENT, SECRET = "wall", "wall-secret"


class Provider:
    """`says` are claims that replace its own; `signs_with` another key than it publishes."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256"})
        self.signs_with, self.says = self.key, dict[str, Any]()
        self.asked: dict[str, str] = {}
        self.used: set[str] = set()

    def allow(self, address: str) -> str:
        """The person agrees at the provider: the code it sends back."""
        query = parse_qs(address.partition("?")[2])
        self.asked = {name: values[0] for name, values in query.items()}
        return "code-" + self.asked["state"][:8]

    def routes(self) -> list[Route]:
        async def metadata(request: Request) -> JSONResponse:
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token",
                    "jwks_uri": "keys"}  # fmt: skip
            urls = {name: f"{self.issuer}/{end}" for name, end in ends.items()}
            return JSONResponse({"issuer": self.issuer, **urls})

        async def keys(request: Request) -> JSONResponse:
            return JSONResponse({"keys": [self.key.as_dict(private=False)]})

        async def token(request: Request) -> JSONResponse:
            form = parse_qs((await request.body()).decode())
            said = {name: values[0] for name, values in form.items()}
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            digest = hashlib.sha256(said["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            good = (
                request.headers["authorization"] == f"Basic {basic}"
                and challenge == self.asked["code_challenge"]
                and said["redirect_uri"] == self.asked["redirect_uri"]
                and said["code"] == "code-" + self.asked["state"][:8]
                and said["code"] not in self.used
            )
            if not good:
                return JSONResponse({"error": "invalid_grant"}, 400)
            self.used.add(said["code"])
            return JSONResponse(
                {"access_token": "a", "token_type": "Bearer", "id_token": self.id()}
            )

        return [
            Route("/.well-known/openid-configuration", metadata),
            Route("/keys", keys),
            Route("/token", token, methods=["POST"]),
        ]

    def id(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "42", "aud": CLIENT, "exp": now + 60, "iat": now,
            "nonce": self.asked["nonce"], "preferred_username": "wang", **self.says,
        }  # fmt: skip
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signs_with)


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """The provider, serving until the `with` ends."""
    made = Provider()
    config = uvicorn.Config(Starlette(routes=made.routes()), port=made.port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, what="the provider")
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join()
