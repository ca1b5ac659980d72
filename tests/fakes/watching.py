"""Ports of this machine, and patience."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

PATIENCE = 240  # looks


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that takes a while; nobody may be listening yet."""
    for _ in range(PATIENCE):
        with suppress(OSError, httpx.TransportError):
            if is_so():
                return
        time.sleep(0.5)
    raise AssertionError("it never came to that")
