"""A service on loopback that knows people: OpenID Connect, and what WeChat has of it. Its lies are set by a test."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwk, jwt

from tests.fakes.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "studio", "a secret of the studio"


@dataclass(kw_only=True)
class Provider:
    """What the service knows, how it lies, and what it was asked."""

    issuer: str = ""
    key: jwk.ECKey = field(
        default_factory=lambda: jwk.ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
    )
    told_key: jwk.ECKey | None = None  # another one, for who forges
    claims: dict[str, Any] = field(default_factory=dict)  # in place of the true ones
    metadata: dict[str, Any] = field(default_factory=dict)
    is_down: bool = False
    babbles: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def agree(self, address: str, subject: str = "anna at the other place") -> str:
        """Let somebody say yes on its page; give the path their browser comes back to."""
        query = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_hex(8)
        self.codes[code] = {**query, "sub": subject}
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': query['state']})}"

    def refuse(self, address: str) -> str:
        """Let somebody say no."""
        query = dict(parse_qsl(urlsplit(address).query))
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?{urlencode({'error': 'access_denied', 'state': query['state']})}"

    def answer(self, path: str, sent: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Answer one request."""
        if self.is_down or self.babbles:
            return (503, {}) if self.is_down else (200, "<html>")
        if path == "/token":
            return self._token(sent, authorization)
        if path == "/sns/oauth2/access_token":
            return 200, self._wechat(sent)
        told = {
            "/jwks": {"keys": [(self.told_key or self.key).as_dict(private=False)]},
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                **self.metadata,
            },
        }
        return (200, told[path]) if path in told else (404, {})

    def _wechat(self, sent: dict[str, str]) -> Any:
        if sent["secret"] != SECRET or sent["code"] not in self.codes:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        return {"access_token": "t", "openid": self.codes.pop(sent["code"])["sub"], **self.claims}

    def _token(self, sent: dict[str, str], authorization: str) -> tuple[int, Any]:
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if authorization != f"Basic {given}" or asked is None or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(NOON.timestamp())
        claims = {
            "iss": self.issuer, "sub": asked["sub"], "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "email": "anna@example.org", **self.claims,
        }  # fmt: skip
        token = jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.key)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@contextmanager
def open_provider() -> Iterator[Provider]:
    """Run one on a free port of loopback."""
    provider = Provider()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._tell(*provider.answer(parts.path, dict(parse_qsl(parts.query)), ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self._tell(*provider.answer(self.path, sent, self.headers.get("authorization", "")))

        def _tell(self, status: int, said: Any) -> None:
            provider.asked.append(self.path)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
