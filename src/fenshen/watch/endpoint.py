"""Give figures to who scrapes them: ``GET /metrics`` on a port of its own, which is no part of the web studio.

It answers this machine only, or whoever brings the secret that the operator keeps in a file. It is off by default.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from fenshen.errors import FenshenError

LEAST: Final = 16  # characters of a secret
PATIENCE: Final = 5.0  # seconds that whoever asks may take


class MetricsOpenError(FenshenError):
    """Figures would be given to whoever asks, from other machines too. Facts: ``address``."""

    code, exit_status = "metrics_open", 2


class MetricsBusyError(FenshenError):
    """The address is taken, or not this machine's. Facts: ``address``."""

    code, exit_status = "metrics_busy", 2


def secret_in(file: Path | None) -> str:
    """Read the secret; empty when there is no file. Raises MetricsOpenError when it is too short or unreadable."""
    if file is None:
        return ""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        secret = ""
    if len(secret) < LEAST or not secret.isascii():
        raise MetricsOpenError(address=file.name)
    return secret


@contextmanager
def serving(address: str, registry: CollectorRegistry, *, secret: str = "") -> Iterator[int]:
    """Give figures while the block lasts; gives the port. No address: do nothing, and give 0.

    address: host:port, port 0 for any. Raises MetricsOpenError for an address that others reach when there is no
    secret, MetricsBusyError.
    """
    if not address:
        yield 0
        return
    host, _, port = address.rpartition(":")
    if not secret and not _is_here(host):
        raise MetricsOpenError(address=address)
    handler = type("Scraped", (_Scraped,), {"registry": registry, "secret": secret})
    try:
        server = ThreadingHTTPServer((host, int(port)), handler)
    except (OSError, OverflowError):
        raise MetricsBusyError(address=address) from None
    thread = Thread(target=server.serve_forever, daemon=True, name="metrics")
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Scraped(BaseHTTPRequestHandler):
    """Answers one request. Logs nothing: who scrapes asks every few seconds."""

    registry: CollectorRegistry
    secret: str
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Answer with the figures."""
        if self.path.partition("?")[0] != "/metrics":
            return self._answer(404, b"")
        if not self._may_ask():
            return self._answer(401, b"", **{"WWW-Authenticate": "Bearer"})
        return self._answer(200, generate_latest(self.registry), **{"Content-Type": CONTENT_TYPE_LATEST})

    def _may_ask(self) -> bool:
        if not self.secret:  # a page in a browser of this machine must not be led here by a name of its own
            return _is_here(self.headers.get("Host", "").rpartition(":")[0])
        given = self.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {self.secret}".encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
