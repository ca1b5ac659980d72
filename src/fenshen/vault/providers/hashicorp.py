"""HashiCorp Vault's (or OpenBao's) transit engine. Needs ``fenshen[hashicorp]``.

The operator's own choice to reach out. VAULT_ADDR, VAULT_TOKEN and VAULT_CACERT are read by hvac itself. The key must
be of an AEAD type (aes256-gcm96, the default); a derived key works too.
"""

import base64
from typing import Any, ClassVar

from fenshen.errors import SettingInvalidError
from fenshen.vault.providers.service import WAIT, Faults, KeyService, connected, imported

FAULTS = Faults(
    broken={"InvalidRequest"},  # "message authentication failed", also of another context
    unreachable={
        "VaultDown",  # sealed
        "VaultNotInitialized",
        "InternalServerError",
        "BadGateway",
        "RateLimitExceeded",
        "RequestException",  # of requests: no connection, timeout
    },
    refused={"VaultError"},
)


class VaultTransit(KeyService):
    """Wraps with encrypt and decrypt; the binding is associated data, and the context of a derived key."""

    kind: ClassVar[str] = "vault-transit"
    faults: ClassVar[Faults] = FAULTS

    def __init__(self, resource: str, client: Any) -> None:
        """Take ``mount/key`` and an hvac client."""
        super().__init__(resource)
        self._mount, _, self._name = resource.rpartition("/")
        self._transit = client.secrets.transit

    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        answer = self._transit.encrypt_data(plaintext=_text(plain), **self._bound(context))
        return str(answer["data"]["ciphertext"]).encode()

    def _decrypt(self, sealed: bytes, context: bytes) -> bytes:
        ciphertext = sealed.decode(errors="replace")
        answer = self._transit.decrypt_data(ciphertext=ciphertext, **self._bound(context))
        return base64.b64decode(answer["data"]["plaintext"])

    def _bound(self, context: bytes) -> dict[str, str]:
        text = _text(context)
        return {"name": self._name, "mount_point": self._mount, "associated_data": text, "context": text}


def connect(resource: str) -> VaultTransit:
    """Make ready to speak to Vault. Raises LibraryMissingError, SettingInvalidError, KeyServiceRefusedError."""
    if not all(resource.rpartition("/")[::2]):
        raise SettingInvalidError(setting="FENSHEN_KEY")
    hvac = imported("hvac", "hashicorp")
    return VaultTransit(resource, connected("vault-transit", FAULTS, lambda: hvac.Client(timeout=WAIT)))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
