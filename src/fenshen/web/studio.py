"""What every page needs, opened once: the desk, the queue, the lookers, and where the studio is reached."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fenshen.errors import FenshenError
from fenshen.jobs.queue import Queue
from fenshen.rights.desk import Desk
from fenshen.web.lookers import Lookers

LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})

STANDARD: Final = {"https": 443, "http": 80}


class OriginUnsafeError(FenshenError):
    """Faces would travel in the open: a studio that others reach needs https. Facts: ``origin``."""

    code, exit_status = "origin_unsafe", 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where people reach the studio, as their browsers spell it."""

    scheme: str
    host: str
    port: int | None

    @property
    def is_secure(self) -> bool:
        """Whether everything travels encrypted."""
        return self.scheme == "https"

    def __str__(self) -> str:
        """Spell it as browsers do in the Origin header."""
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")


def read_origin(address: str) -> Origin:
    """Read an address such as https://studio.example. Raises OriginUnsafeError unless it is https or this machine."""
    parts = urlsplit(address)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise OriginUnsafeError(origin=address) from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL)
    if not host or not safe or parts.path.strip("/"):
        raise OriginUnsafeError(origin=address)
    port = None if port == STANDARD[parts.scheme] else port  # as browsers spell it
    return Origin(scheme=parts.scheme, host=host, port=port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """One studio, open to visitors."""

    desk: Desk
    queue: Queue
    lookers: Lookers
    origin: Origin
