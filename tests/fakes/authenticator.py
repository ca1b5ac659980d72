"""A phone that keeps passkeys, in software: it answers a page's questions as a browser's script would send them."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass(kw_only=True)
class Authenticator:
    """One phone. Its faults are what a thief's would be: another origin, nobody checked, a copied counter."""

    origin: str = "http://localhost:8000"
    host: str = "localhost"
    verifies: bool = True
    count: int = 0
    counts: bool = True
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)

    def make(self, options: dict[str, Any]) -> str:
        """Make a passkey, and answer."""
        key, id_ = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        name = bytes_to_base64url(id_)
        self.keys[name], self.handles[name] = key, options["user"]["id"]
        numbers = key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        said = self._data(ATTESTED) + bytes(16) + len(id_).to_bytes(2, "big") + id_ + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        response = {
            "clientDataJSON": self._client("webauthn.create", options["challenge"]),
            "attestationObject": bytes_to_base64url(attestation),
        }
        return _answer(name, response)

    def show(self, options: dict[str, Any], which: str | None = None) -> str:
        """Sign with a passkey, and answer."""
        name = which or next(iter(self.keys))
        data, client = self._data(), self._client("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(_decoded(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self.keys[name].sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": self.handles[name],
        }
        return _answer(name, response)

    def _data(self, flags: int = 0) -> bytes:
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> str:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return bytes_to_base64url(json.dumps(said).encode())


def _answer(name: str, response: dict[str, str]) -> str:
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _decoded(text: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(text)
