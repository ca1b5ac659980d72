"""Sign in with an account that people have elsewhere: OpenID Connect, or WeChat. Off until an operator names one.

This, ``vision/weights.py`` and ``jobs/courier.py`` are the only files that may reach out. What leaves: a code that the
other service gave, and the studio's own name and secret there; never anything of a face. What stays: a keyed hash of
who it is there.

State, nonce and PKCE verifier are drawn from the browser's ticket by a key of the studio, so none is kept
(RFC 9700; OpenID Connect Core 1.0, 3.1; RFC 7636).
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from fenshen.accounts.keyed import keyed
from fenshen.clock import Clock
from fenshen.errors import FenshenError, SettingInvalidError
from fenshen.settings import Settings
from fenshen.vault.keys import KeyStore
from fenshen.vault.providers.service import LibraryMissingError

if TYPE_CHECKING:
    import httpx
    from authlib.integrations.httpx_client import OAuth2Client

PATIENCE: Final = 10.0  # seconds for each answer
SIGNED_BY: Final = (
    "RS256",
    "PS256",
    "ES256",
    "ES384",
    "EdDSA",
    "Ed25519",
)  # never `none`, never by our own secret
WECHAT_DOOR: Final = "https://open.weixin.qq.com/connect/qrconnect"
WECHAT_TOKEN: Final = "https://api.weixin.qq.com/sns/oauth2/access_token"  # noqa: S105  an address
LONGEST_SUBJECT: Final = 512  # characters; the standard allows 255


class ElsewhereDownError(FenshenError):
    """The other service did not answer, or not as its standard says. Facts: ``service``."""

    code, retry = "elsewhere_down", True


class ElsewhereRefusedError(FenshenError):
    """The other service did not say who it is: a no was said there, or its answer does not hold. Facts: ``service``."""

    code = "elsewhere_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What binds a way out to its way back; each follows from the browser's ticket, and only the studio can draw it."""

    state: str
    nonce: str
    verifier: str


class Elsewhere(Protocol):
    """A service that knows people. Everything raises ElsewhereDownError, ElsewhereRefusedError and nothing else."""

    @property
    def name(self) -> str:
        """Name its kind, as in an address: ``oidc``, ``wechat``."""

    @property
    def host(self) -> str:
        """Name it for people."""

    def way_out(self, secrets: Secrets, back: str) -> str:
        """Give the address a browser goes to. back: the address it comes back to."""

    def subject(self, secrets: Secrets, back: str, query: Mapping[str, str], clock: Clock) -> tuple[str, str]:
        """Tell who came back: the issuer and who it is there. The caller has compared the state."""


def secrets_of(keys: KeyStore, ticket: str) -> Secrets:
    """Draw what belongs to a browser's ticket: 256 bits each, in hex."""
    state, nonce, verifier = (
        keyed(keys, f"elsewhere {name}", ticket) for name in ("state", "nonce", "verifier")
    )
    return Secrets(state=state, nonce=nonce, verifier=verifier)


def subject_hash(keys: KeyStore, issuer: str, subject: str) -> str:
    """Give the keyed hash that somebody elsewhere is known by."""
    return keyed(keys, "identity", issuer, subject)


def configured(settings: Settings) -> tuple[Elsewhere, ...]:
    """Give the services that the operator has named. Raises SettingInvalidError, LibraryMissingError."""
    found: list[Elsewhere] = []
    if settings.oidc_issuer and settings.oidc_secret_file:
        secret = _secret(settings.oidc_secret_file, "FENSHEN_OIDC_SECRET_FILE")
        found.append(OpenId(issuer=settings.oidc_issuer, client=settings.oidc_client, secret=secret))
    if settings.wechat_app and settings.wechat_secret_file:
        secret = _secret(settings.wechat_secret_file, "FENSHEN_WECHAT_SECRET_FILE")
        found.append(WeChat(app=settings.wechat_app, secret=secret))
    if found and not (find_spec("authlib") and find_spec("httpx")):
        raise LibraryMissingError(library="authlib", extra="oidc")
    return tuple(found)


def _secret(file: Path, setting: str) -> str:
    try:
        secret = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        raise SettingInvalidError(setting=setting)
    return secret


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OpenId:
    """A service that speaks OpenID Connect: code flow with PKCE, nonce and state. Only ``openid`` is asked for."""

    issuer: str
    client: str
    secret: str

    @property
    def name(self) -> str:
        """Name its kind."""
        return "oidc"

    @property
    def host(self) -> str:
        """Name it for people: by its host."""
        return urlsplit(self.issuer).hostname or self.issuer

    def way_out(self, secrets: Secrets, back: str) -> str:
        """Give the address of its sign-in page."""
        with self._asking(back) as client:
            where = self._endpoint(self._metadata(client), "authorization_endpoint")
            address, _ = client.create_authorization_url(
                where, state=secrets.state, nonce=secrets.nonce, code_verifier=secrets.verifier
            )
        return str(address)

    def subject(self, secrets: Secrets, back: str, query: Mapping[str, str], clock: Clock) -> tuple[str, str]:
        """1. take the code  2. change it for a token  3. check its signature  4. and what it says."""
        if "error" in query or not query.get("code") or query.get("iss", self.issuer) != self.issuer:
            raise ElsewhereRefusedError(service=self.host)  # (1) RFC 9207 for `iss`
        with self._asking(back) as client:
            metadata = self._metadata(client)
            if "client_secret_basic" not in metadata.get(
                "token_endpoint_auth_methods_supported", ["client_secret_basic"]
            ):
                client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  a method
            token = client.fetch_token(
                self._endpoint(metadata, "token_endpoint"), code=query["code"], code_verifier=secrets.verifier
            )  # (2)
            told = client.request("GET", self._endpoint(metadata, "jwks_uri"), withhold_token=True)
            keys = told.raise_for_status().json()
        return self.issuer, self._read(token, keys, secrets.nonce, clock)

    def _read(self, token: Mapping[str, Any], keys: Any, nonce: str, clock: Clock) -> str:
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        try:
            registry = JWSRegistry(algorithms=list(SIGNED_BY), strict_check_header=False)
            said = jwt.decode(
                str(token.get("id_token", "")), KeySet.import_key_set(keys), registry=registry
            )  # (3)
            claims = CodeIDToken(
                said.claims, said.header,
                {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client}},
                {"nonce": nonce, "client_id": self.client, "access_token": token.get("access_token")},
            )  # fmt: skip
            claims.validate(now=int(clock.now().timestamp()), leeway=120)  # (4)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError):
            raise ElsewhereRefusedError(service=self.host) from None
        return _subject(said.claims.get("sub"), self.host)

    def _metadata(self, client: "OAuth2Client") -> dict[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = client.request("GET", address, withhold_token=True)
        told = answer.raise_for_status().json()
        if not isinstance(told, dict) or told.get("issuer") != self.issuer:
            raise ElsewhereDownError(service=self.host)
        return told

    def _endpoint(self, metadata: Mapping[str, Any], name: str) -> str:
        """Give an address the service has told; it must be as safe as the service's own."""
        address = metadata.get(name)
        if not isinstance(address, str) or urlsplit(address).scheme != urlsplit(self.issuer).scheme:
            raise ElsewhereDownError(service=self.host)
        return address

    @contextmanager
    def _asking(self, back: str) -> "Iterator[OAuth2Client]":
        from authlib.common.errors import AuthlibBaseError
        from authlib.integrations.httpx_client import OAuth2Client

        with _no_trace(self.host), OAuth2Client(
            self.client, self.secret, scope="openid", redirect_uri=back, timeout=PATIENCE,
            code_challenge_method="S256",
        ) as client:  # fmt: skip
            try:
                yield client
            except AuthlibBaseError:
                raise ElsewhereRefusedError(service=self.host) from None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WeChat:
    """WeChat's sign-in for web sites: OAuth 2 with names of its own, and no signature to check."""

    app: str
    secret: str
    door: str = WECHAT_DOOR
    token: str = WECHAT_TOKEN

    @property
    def name(self) -> str:
        """Name its kind."""
        return "wechat"

    @property
    def host(self) -> str:
        """Name it for people."""
        return "WeChat 微信"

    def way_out(self, secrets: Secrets, back: str) -> str:
        """Give the address of the page with its code to scan."""
        asked = {
            "appid": self.app, "redirect_uri": back, "response_type": "code", "scope": "snsapi_login",
            "state": secrets.state,
        }  # fmt: skip
        return f"{self.door}?{urlencode(asked)}#wechat_redirect"

    def subject(self, secrets: Secrets, back: str, query: Mapping[str, str], clock: Clock) -> tuple[str, str]:
        """Change the code for who it is: the same person across an operator's apps, if WeChat tells."""
        del secrets, back, clock
        if not query.get("code"):  # who says no comes back without one
            raise ElsewhereRefusedError(service=self.host)
        asked = {
            "appid": self.app, "secret": self.secret, "code": query["code"], "grant_type": "authorization_code",
        }  # fmt: skip
        with _no_trace(self.host), _client() as client:
            told = client.get(self.token, params=asked).raise_for_status().json()
        if not isinstance(told, dict) or "errcode" in told:
            raise ElsewhereRefusedError(service=self.host)
        if told.get("unionid"):
            return "wechat union", _subject(told["unionid"], self.host)
        return f"wechat {self.app}", _subject(told.get("openid"), self.host)


def _client() -> "httpx.Client":
    import httpx

    return httpx.Client(timeout=PATIENCE)


@contextmanager
def _no_trace(service: str) -> "Iterator[None]":
    """Turn what a line can do into words, and keep addresses out of the log: WeChat's hold the secret."""
    import httpx

    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise ElsewhereDownError(service=service) from None


def _subject(subject: Any, service: str) -> str:
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ElsewhereRefusedError(service=service)
    return subject
