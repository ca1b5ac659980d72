"""Key services as their documents describe them: each seals under a key of its own and refuses a wrong context."""

import base64
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Sealing:
    """What all of them do behind their doors."""

    def __init__(self) -> None:
        self.cipher, self.down = AESGCM(os.urandom(32)), False
        self.seen: list[bytes] = []

    def seal(self, plain: bytes, context: bytes) -> bytes:
        self.seen.append(plain + context)
        nonce = os.urandom(12)
        return nonce + self.cipher.encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes | None:
        self.seen.append(context)
        try:
            return self.cipher.decrypt(sealed[:12], sealed[12:], context)
        except (InvalidTag, ValueError):
            return None


class InvalidArgument(Exception):  # noqa: N818  (Google's names)
    """google.api_core.exceptions.InvalidArgument."""


class ServiceUnavailable(Exception):  # noqa: N818
    """google.api_core.exceptions.ServiceUnavailable."""


class FakeGoogle(Sealing):
    """A KeyManagementServiceClient."""

    def encrypt(self, *, request: dict[str, Any], timeout: float) -> Any:
        assert timeout
        if self.down:
            raise ServiceUnavailable
        sealed = self.seal(request["plaintext"], request["additional_authenticated_data"])
        return SimpleNamespace(ciphertext=sealed)

    def decrypt(self, *, request: dict[str, Any], timeout: float) -> Any:
        assert timeout
        if self.down:
            raise ServiceUnavailable
        plain = self.unseal(request["ciphertext"], request["additional_authenticated_data"])
        if plain is None:
            raise InvalidArgument
        return SimpleNamespace(plaintext=plain)


class TeaError(Exception):
    """An error of Aliyun's SDK: it carries a code."""

    def __init__(self, code: str) -> None:
        super().__init__("words that may name a key")
        self.code = code


class FakeAliyun(Sealing):
    """A client of Aliyun KMS, and the module of its requests."""

    EncryptRequest = DecryptRequest = staticmethod(SimpleNamespace)

    def encrypt(self, asked: Any) -> Any:
        if self.down:
            raise TeaError("ServiceUnavailableTemporary")
        context = asked.encryption_context["fenshen"].encode()
        sealed = base64.b64encode(self.seal(base64.b64decode(asked.plaintext), context)).decode()
        return SimpleNamespace(body=SimpleNamespace(ciphertext_blob=sealed))

    def decrypt(self, asked: Any) -> Any:
        if self.down:
            raise TeaError("ServiceUnavailableTemporary")
        context = asked.encryption_context["fenshen"].encode()
        try:
            plain = self.unseal(base64.b64decode(asked.ciphertext_blob), context)
        except ValueError:
            plain = None
        if plain is None:
            raise TeaError("Forbidden.InvalidCiphertext")
        return SimpleNamespace(body=SimpleNamespace(plaintext=base64.b64encode(plain).decode()))


class InvalidRequest(Exception):  # noqa: N818  (hvac's names)
    """hvac.exceptions.InvalidRequest."""


class VaultDown(Exception):  # noqa: N818
    """hvac.exceptions.VaultDown: sealed."""


class FakeVault(Sealing):
    """An hvac client with a transit engine; ``heeds_context`` False is a key of a type without associated data."""

    def __init__(self, *, heeds_context: bool = True) -> None:
        super().__init__()
        self.heeds_context = heeds_context
        self.secrets = SimpleNamespace(transit=self)

    def encrypt_data(self, *, plaintext: str, associated_data: str, context: str, **where: str) -> Any:
        assert context == associated_data
        assert where == {"name": "fenshen", "mount_point": "transit"}
        if self.down:
            raise VaultDown
        bound = associated_data.encode() if self.heeds_context else b""
        sealed = self.seal(base64.b64decode(plaintext), bound)
        return {"data": {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode()}}

    def decrypt_data(self, *, ciphertext: str, associated_data: str, context: str, **where: str) -> Any:
        assert context == associated_data
        assert where == {"name": "fenshen", "mount_point": "transit"}
        if self.down:
            raise VaultDown
        bound = associated_data.encode() if self.heeds_context else b""
        try:
            plain = self.unseal(base64.b64decode(ciphertext.removeprefix("vault:v1:")), bound)
        except ValueError:
            plain = None
        if plain is None:
            raise InvalidRequest
        return {"data": {"plaintext": base64.b64encode(plain).decode()}}


@contextmanager
def amazon() -> Iterator[str]:
    """Run a real server that speaks AWS's KMS and S3 on this machine; gives its address."""
    server = subprocess.Popen(
        [sys.executable, "-c", "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        line = next(line for line in server.stderr if "Running on http" in line)
        address = line.split("Running on ")[1].split()[0]
        threading.Thread(target=server.stderr.read, daemon=True).start()  # else its log fills the pipe
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/moto-api/", timeout=5).close()  # noqa: S310  (ours, on loopback)
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.kill()
        server.wait(timeout=30)
        server.stderr.close()


AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
