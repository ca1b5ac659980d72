"""Aliyun KMS (阿里云密钥管理服务). Needs ``fenshen[aliyun]``.

The operator's own choice to reach out. The address names region and key; credentials are ALIBABA_CLOUD_ACCESS_KEY_ID
and ALIBABA_CLOUD_ACCESS_KEY_SECRET; ALIBABA_CLOUD_KMS_ENDPOINT replaces the region's endpoint (a VPC, an own instance).
"""

import base64
import os
from typing import Any, ClassVar

from fenshen.errors import SettingInvalidError
from fenshen.vault.providers.service import WAIT, Faults, KeyService, connected, imported

FAULTS = Faults(
    broken={"InvalidParameter", "InvalidCiphertext", "Forbidden.InvalidCiphertext"},
    unreachable={
        "ThrottlingException",
        "Throttling",
        "Throttling.User",
        "ServerException",
        "ServiceUnavailable",
        "ServiceUnavailableTemporary",
        "InternalFailure",
        "RetryError",
        "UnretryableException",
        "RequestException",  # of requests: no connection, timeout
    },
    refused={"TeaException"},
)


class AliyunKms(KeyService):
    """Wraps with Encrypt and Decrypt (API 2016-01-20); the binding is the encryption context."""

    kind: ClassVar[str] = "aliyun-kms"
    faults: ClassVar[Faults] = FAULTS

    def __init__(self, key_id: str, client: Any, models: Any) -> None:
        """Take a key's id, a client of Aliyun KMS, and the module of its requests."""
        super().__init__(key_id)
        self._client, self._models = client, models

    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        asked = self._models.EncryptRequest(
            key_id=self._resource,
            plaintext=base64.b64encode(plain).decode(),
            encryption_context={"fenshen": context.hex()},
        )
        return str(self._client.encrypt(asked).body.ciphertext_blob).encode()

    def _decrypt(self, sealed: bytes, context: bytes) -> bytes:
        asked = self._models.DecryptRequest(
            ciphertext_blob=sealed.decode(errors="replace"), encryption_context={"fenshen": context.hex()}
        )
        return base64.b64decode(self._client.decrypt(asked).body.plaintext)


def connect(resource: str) -> AliyunKms:
    """Make ready to speak to Aliyun KMS. Raises LibraryMissingError, SettingInvalidError, KeyServiceRefusedError."""
    region, _, key_id = resource.partition("/")
    if not key_id:
        raise SettingInvalidError(setting="FENSHEN_KEY")
    kms, models = (imported(f"alibabacloud_kms20160120.{name}", "aliyun") for name in ("client", "models"))
    config = imported("alibabacloud_tea_openapi.utils_models", "aliyun").Config(
        access_key_id=os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID"),
        access_key_secret=os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        endpoint=os.environ.get("ALIBABA_CLOUD_KMS_ENDPOINT") or f"kms.{region}.aliyuncs.com",
        connect_timeout=WAIT * 1000,
        read_timeout=WAIT * 1000,
    )
    return AliyunKms(key_id, connected("aliyun-kms", FAULTS, lambda: kms.Client(config)), models)
