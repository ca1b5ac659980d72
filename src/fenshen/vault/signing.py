"""The studio's signature: Ed25519, its private key wrapped like every secret, its public key for everyone."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fenshen.settings import Settings
from fenshen.store import disk
from fenshen.vault.keys import KeyStore

PUBLIC_FILE, SEED = "studio.pub", 32


class Signer:
    """Signs for this studio. The private key never leaves this object."""

    def __init__(self, settings: Settings, keys: KeyStore) -> None:
        """Open the key pair, made at first use, and see that ``home/keys/studio.pub`` is its public half."""
        self._key = Ed25519PrivateKey.from_private_bytes(keys.studio_secret("signing", SEED))
        self.public_file: Path = settings.home / "keys" / PUBLIC_FILE
        pem = self.public_pem()
        if not self.public_file.exists() or self.public_file.read_bytes() != pem:
            disk.write_durably(self.public_file, pem, mode=0o644)

    def sign(self, message: bytes) -> bytes:
        """Sign exactly these bytes (64-byte signature). Callers lead each message with its own kind."""
        return self._key.sign(message)

    def public_pem(self) -> bytes:
        """Give the public key in PEM (SubjectPublicKeyInfo)."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def public_key(self) -> Ed25519PublicKey:
        """Give the public key."""
        return self._key.public_key()
