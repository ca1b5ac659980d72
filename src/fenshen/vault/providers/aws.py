"""AWS KMS, or what speaks its language (AWS_ENDPOINT_URL_KMS). Needs ``fenshen[aws]``.

The operator's own choice to reach out. Region, credentials and endpoint come from where AWS's own tools take them.
"""

from typing import Any, ClassVar

from fenshen.vault.providers.service import WAIT, Faults, KeyService, connected, imported

FAULTS = Faults(
    broken={"InvalidCiphertextException", "IncorrectKeyException"},
    unreachable={
        "HTTPClientError",  # botocore: no connection, timeout, broken TLS
        "ConnectionError",
        "ThrottlingException",
        "LimitExceededException",
        "DependencyTimeoutException",
        "KMSInternalException",
        "KeyUnavailableException",
        "ServiceUnavailable",
        "InternalFailure",
    },
    refused={"ClientError", "BotoCoreError"},
)


class AwsKms(KeyService):
    """Wraps with Encrypt and Decrypt; the binding is the encryption context."""

    kind: ClassVar[str] = "aws-kms"
    faults: ClassVar[Faults] = FAULTS

    def __init__(self, key_id: str, client: Any) -> None:
        """Take a key's id or ARN and a boto3 client of KMS."""
        super().__init__(key_id)
        self._client = client

    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        answer = self._client.encrypt(
            KeyId=self._resource, Plaintext=plain, EncryptionContext={"fenshen": context.hex()}
        )
        return bytes(answer["CiphertextBlob"])

    def _decrypt(self, sealed: bytes, context: bytes) -> bytes:
        answer = self._client.decrypt(  # the key is named, so that no other key of the account can answer
            KeyId=self._resource, CiphertextBlob=sealed, EncryptionContext={"fenshen": context.hex()}
        )
        return bytes(answer["Plaintext"])


def connect(resource: str) -> AwsKms:
    """Make ready to speak to AWS KMS. Raises LibraryMissingError, KeyServiceRefusedError."""
    boto3, config = imported("boto3", "aws"), imported("botocore.config", "aws")
    chosen = config.Config(connect_timeout=WAIT, read_timeout=WAIT, retries={"total_max_attempts": 3})
    return AwsKms(resource, connected("aws-kms", FAULTS, lambda: boto3.client("kms", config=chosen)))
