"""Google Cloud KMS. Needs ``fenshen[google]``.

The operator's own choice to reach out. Credentials are Google's application default credentials.
"""

from typing import Any, ClassVar

from fenshen.vault.providers.service import WAIT, Faults, KeyService, connected, imported

FAULTS = Faults(
    broken={"InvalidArgument"},  # also what another context gives
    unreachable={
        "ServiceUnavailable",
        "DeadlineExceeded",
        "TooManyRequests",
        "InternalServerError",
        "Aborted",
        "RetryError",
        "TransportError",
    },
    refused={"GoogleAPICallError", "GoogleAuthError"},
)


class GoogleKms(KeyService):
    """Wraps with Encrypt and Decrypt; the binding is additional authenticated data."""

    kind: ClassVar[str] = "gcp-kms"
    faults: ClassVar[Faults] = FAULTS

    def __init__(self, name: str, client: Any) -> None:
        """Take a key's full name (projects/…/cryptoKeys/…) and a KeyManagementServiceClient."""
        super().__init__(name)
        self._client = client

    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        asked = {"name": self._resource, "plaintext": plain, "additional_authenticated_data": context}
        return bytes(self._client.encrypt(request=asked, timeout=WAIT).ciphertext)

    def _decrypt(self, sealed: bytes, context: bytes) -> bytes:
        asked = {"name": self._resource, "ciphertext": sealed, "additional_authenticated_data": context}
        return bytes(self._client.decrypt(request=asked, timeout=WAIT).plaintext)


def connect(resource: str) -> GoogleKms:
    """Make ready to speak to Google Cloud KMS. Raises LibraryMissingError, KeyServiceRefusedError."""
    kms = imported("google.cloud.kms", "google")
    return GoogleKms(resource, connected("gcp-kms", FAULTS, kms.KeyManagementServiceClient))
