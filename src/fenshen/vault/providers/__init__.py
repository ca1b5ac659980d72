"""Where the key-encryption key may live. ``open_provider`` is the only door; a library is imported behind it.

==========================  =====================================================================
address                     what it is
==========================  =====================================================================
file:PATH                   a file, 0600 (the default)
passphrase:PATH             a file that opens with a passphrase only
aws-kms://KEY               a key of AWS KMS: its id or ARN; region and credentials as AWS's tools take them
gcp-kms://projects/…        a key of Google Cloud KMS by its full name; Google's default credentials
aliyun-kms://REGION/KEY     a key of Aliyun KMS; credentials from ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET
vault-transit://MOUNT/KEY   a key of HashiCorp Vault; VAULT_ADDR and VAULT_TOKEN
==========================  =====================================================================

Nothing here reaches out unless the operator named a service in FENSHEN_KEY or on the command line.
"""

from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, cast

from fenshen.errors import SettingInvalidError
from fenshen.settings import Settings, is_key_address
from fenshen.vault.kek import KeyFile, KeyProvider
from fenshen.vault.providers.passphrase import PassphraseFile, asked

SERVICES: Final = {
    "aws-kms": "aws",
    "gcp-kms": "google",
    "aliyun-kms": "aliyun",
    "vault-transit": "hashicorp",
}


class _Service(Protocol):
    """What every file of a service offers."""

    def connect(self, resource: str, /) -> KeyProvider:
        """Make ready to speak to it; nothing is sent yet."""
        ...


def open_provider(address: str, settings: Settings, *, may_create: bool) -> KeyProvider:
    """Give the key an address names; a file is made if ``may_create``, a key in a service never.

    Raises SettingInvalidError, LibraryMissingError, KeyServiceRefusedError, PassphraseMissingError, and what
    ``KeyFile`` and ``PassphraseFile`` raise.
    """
    if not is_key_address(address):
        raise SettingInvalidError(setting="FENSHEN_KEY")
    kind, _, rest = address.partition(":")
    if kind == "file":
        return KeyFile(_path(rest), may_create=may_create)
    if kind == "passphrase":
        return PassphraseFile(_path(rest), asked(settings), may_create=may_create)
    service = cast("_Service", import_module(f"{__name__}.{SERVICES[kind]}"))
    return service.connect(rest.removeprefix("//"))


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()
