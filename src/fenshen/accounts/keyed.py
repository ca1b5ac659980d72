"""Keyed hashes of what would name somebody: the studio tells that it is the same again, and nobody can read it."""

import hmac
from functools import lru_cache
from hashlib import sha256

from fenshen.vault.keys import KeyStore


def keyed(keys: KeyStore, about: str, *parts: str) -> str:
    """Give an HMAC-SHA256 in hex. about: what kind of thing it is; parts are told apart by their lengths."""
    message = b"".join(len(each).to_bytes(4, "big") + each for each in (p.encode() for p in (about, *parts)))
    return hmac.new(_secret(keys), message, sha256).hexdigest()


@lru_cache(maxsize=8)
def _secret(keys: KeyStore) -> bytes:
    """Unwrap the key once: a key service would be asked at every visit otherwise."""
    return keys.studio_secret("login", 32)
