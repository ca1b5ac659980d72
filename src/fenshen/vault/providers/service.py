"""What all key services share: the id before what they wrap, the binding, and their faults put into our words."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from importlib import import_module
from typing import Any, ClassVar

from fenshen.errors import FenshenError, SealBrokenError
from fenshen.vault.kek import ID, KeyElsewhereError

DIGEST = 32  # bytes
LARGEST = 4096  # bytes; the least that a service here takes (AWS KMS; Aliyun 6 KB, Google 64 KiB)
WAIT = 10  # seconds for a connection and for an answer


class KeyServiceUnreachableError(FenshenError):
    """The service that holds the key-encryption key gave no answer, or asked to come back later. Facts: ``service``."""

    code, retry = "key_service_unreachable", True


class KeyServiceRefusedError(FenshenError):
    """The service that holds the key-encryption key said no. Facts: ``service``, ``reason`` (its own code)."""

    code = "key_service_refused"


class LibraryMissingError(FenshenError):
    """A setting names a service whose library is not installed. Facts: ``library``, ``extra``."""

    code = "library_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How a library names its faults: names of exception classes, or codes they carry. The first match counts.

    Names, because then no file but the library's own need import it.
    """

    broken: AbstractSet[
        str
    ]  # what was wrapped was altered, or the context is another; told by unwrapping only
    unreachable: AbstractSet[str]
    refused: AbstractSet[str]


class KeyService(ABC):
    """A key that lives in a service. It never comes here; each secret goes there and back (over TLS).

    Wrapped secret = id of the address (8) | what the service gave. What the service encrypts is
    SHA-256(bound_to) | secret. The digest goes to it as context too, so that it refuses the wrong one; and in
    case it does not heed the context (a Vault key of another type, say) we compare it ourselves. A digest,
    because services write contexts into their logs, and whose key it is does not belong there.
    """

    kind: ClassVar[str]
    faults: ClassVar[Faults]
    is_ours: ClassVar[bool] = False

    def __init__(self, resource: str) -> None:
        """Name the key."""
        self._resource = resource
        self._id = hashlib.sha256(f"fenshen key service 1 {self.kind} {resource}".encode()).digest()[:ID]

    @abstractmethod
    def _encrypt(self, plain: bytes, context: bytes) -> bytes:
        """Have the service encrypt, bound to a context of 32 bytes."""

    @abstractmethod
    def _decrypt(self, sealed: bytes, context: bytes) -> bytes:
        """Have the service decrypt."""

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Encrypt a secret, tied to ``bound_to``."""
        context = hashlib.sha256(bound_to).digest()
        if len(context) + len(secret) > LARGEST:
            msg = "a key service wraps keys, not data"
            raise ValueError(msg)
        with self._named(is_wrapping=True):
            return self._id + self._encrypt(context + secret, context)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytearray:
        """Give the secret back, or raise SealBrokenError."""
        if not self.knows(wrapped):
            raise KeyElsewhereError
        context = hashlib.sha256(bound_to).digest()
        with self._named(is_wrapping=False):
            opened = bytearray(self._decrypt(wrapped[ID:], context))
        if not compare_digest(opened[:DIGEST], context):
            raise SealBrokenError
        return opened[DIGEST:]

    def knows(self, wrapped: bytes) -> bool:
        """Did the key at this address wrap this?"""
        return wrapped[:ID] == self._id

    def is_newest(self, wrapped: bytes) -> bool:  # noqa: ARG002
        """Say no: a service keeps its generations to itself, so wrapping anew is never in vain."""
        return False

    def renew(self) -> None:  # noqa: B027  (nothing is the answer)
        """Do nothing: the operator has the service rotate the key, or names another one."""

    def retire(self) -> None:  # noqa: B027  (nothing is the answer)
        """Do nothing: the operator retires old versions there."""

    def destroy(self) -> None:  # noqa: B027  (nothing is the answer)
        """Do nothing: the operator destroys the key there, when nothing else needs it."""

    @contextmanager
    def _named(self, *, is_wrapping: bool) -> Iterator[None]:
        """Put a fault of the library into our words; what it has no name for is a fault of ours."""
        try:
            yield
        except Exception as error:
            names = _names(error)
            if names & self.faults.broken and not is_wrapping:
                raise SealBrokenError from None
            if names & self.faults.unreachable:
                raise KeyServiceUnreachableError(service=self.kind) from None
            if names & self.faults.refused:
                raise KeyServiceRefusedError(service=self.kind, reason=_code(error)) from None
            raise


def imported(library: str, extra: str) -> Any:
    """Import a library that only one setting needs. Raises LibraryMissingError."""
    try:
        return import_module(library)
    except ImportError:
        raise LibraryMissingError(library=library.partition(".")[0], extra=extra) from None


def connected(service: str, faults: Faults, make: Callable[[], Any]) -> Any:
    """Make a client; a missing region or credential is a refusal in our words."""
    try:
        return make()
    except Exception as error:
        if _names(error) & (faults.refused | faults.broken):
            raise KeyServiceRefusedError(service=service, reason=_code(error)) from None
        raise


def _code(error: Exception) -> str:
    """Give the code a fault carries, else its class. Never its text, which may hold a key's name or a path."""
    answer = getattr(error, "response", None)  # botocore's
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else getattr(error, "code", None)
    return code if isinstance(code, str) and code else type(error).__name__


def _names(error: Exception) -> set[str]:
    return {_code(error), *(kind.__name__ for kind in type(error).__mro__)}
