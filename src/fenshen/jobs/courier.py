"""Bring a message to a destination that the operator has allowed; nothing goes anywhere else from here.

1. look the name up, once  2. refuse unless every address it has is public, or the operator named the host as local
3. connect to one of these addresses and no other: nobody can name another in between  4. speak TLS with the name
5. send, and read no more than the status. No redirect is followed, no proxy asked; everything has its time.
"""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from fenshen import __version__
from fenshen.errors import FenshenError
from fenshen.jobs.destinations import Destination, is_public

if TYPE_CHECKING:
    import http.client
    import socket
    from collections.abc import Mapping
    from pathlib import Path

EACH: Final = 5.0  # seconds for connecting, and for each answer to what is sent
WHOLE: Final = 10.0  # seconds for all of it, once the name is known
LARGEST: Final = 16 << 10  # bytes that are sent
FINE: Final = range(200, 300)
GONE: Final = 410


class Reason(StrEnum):
    """Why it did not arrive."""

    NAME = "name"  # it has no address
    NOT_PUBLIC = "not_public"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    TIME = "time"
    ANSWER = "answer"  # another status than 2xx; a redirect, too
    GONE = "gone"  # 410: the receiver wants no more


class UndeliveredError(FenshenError):
    """It did not arrive, or not that we know. Facts: ``reason``, ``status`` (0 without an answer)."""

    code, retry = "webhook_undelivered", True


def bring(to: Destination, headers: Mapping[str, str], body: bytes, *, ca: Path | None = None) -> int:
    """Bring a JSON body to a destination; give the status, 200 to 299. ca: certificates to trust besides the system's.

    Raises UndeliveredError; it may have arrived all the same, when the answer was lost.
    """
    import http.client
    import ssl

    if len(body) > LARGEST:
        raise ValueError("a message holds ids and states only")
    address = _address(to)  # (1) (2)
    told = {
        **headers, "content-type": "application/json", "user-agent": f"fenshen/{__version__}", "connection": "close",
    }  # fmt: skip
    try:
        status = _asked(_line(to, address, ca), to, told, body)
    except ssl.SSLCertVerificationError:
        raise UndeliveredError(reason=Reason.CERTIFICATE, status=0) from None
    except TimeoutError:
        raise UndeliveredError(reason=Reason.TIME, status=0) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise UndeliveredError(reason=Reason.CONNECTION, status=0) from None
    if status not in FINE:
        raise UndeliveredError(reason=Reason.GONE if status == GONE else Reason.ANSWER, status=status)
    return status


def _address(to: Destination) -> str:
    import socket

    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UndeliveredError(reason=Reason.NAME, status=0) from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses:
        raise UndeliveredError(reason=Reason.NAME, status=0)
    if not to.is_local and not all(is_public(each) for each in addresses):
        raise UndeliveredError(reason=Reason.NOT_PUBLIC, status=0)
    return addresses[0]


def _line(to: Destination, address: str, ca: Path | None) -> http.client.HTTPSConnection:
    """Give a connection to this address that thinks it was told the name (3) (4)."""
    import http.client
    import socket
    import ssl

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca is not None:
        context.load_verify_locations(cafile=ca)
    line = http.client.HTTPSConnection(to.host, to.port, timeout=EACH, context=context)

    def pinned(_: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
        return socket.create_connection((address, to.port), *args, **options)

    line._create_connection = pinned  # type: ignore[attr-defined]  # noqa: SLF001  http.client's own seam
    return line


def _asked(
    line: http.client.HTTPSConnection, to: Destination, headers: Mapping[str, str], body: bytes
) -> int:
    """Send, and read the status (5). A receiver that drips is cut off."""
    import http.client
    import threading

    cut: list[bool] = []

    def hang_up() -> None:
        cut.append(True)
        if line.sock is not None:
            with suppress(OSError):
                line.sock.shutdown(2)

    timer = threading.Timer(WHOLE, hang_up)
    timer.daemon = True
    timer.start()
    try:
        line.request("POST", to.path, body, dict(headers))
        status = line.getresponse().status
    except (OSError, http.client.HTTPException):
        if not cut:
            raise
        status = 0
    finally:
        timer.cancel()
        line.close()
    if cut:  # half an answer is none
        raise TimeoutError
    return status
