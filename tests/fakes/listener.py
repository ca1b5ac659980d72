"""A server that should never hear anything, and remembers whoever came."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread


class Listener:
    """Listens on a port of this machine; `calls` counts those who connected."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._closing = Event()
        self._thread = Thread(target=self._listen, daemon=True)
        self.calls = 0
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/asked"

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                caller, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.calls += 1
            caller.close()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen for as long as the block runs."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()
