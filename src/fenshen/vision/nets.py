"""Opens the nets and lends them out: one user at a time, any thread.

Neither OpenCV's nets nor LiteRT's interpreters may be used by two threads at once, and opening one costs
10 to 90 ms. So an opened net lies on a shelf; who needs it takes it, or opens another when it is out.
"""

import os
import threading
import zipfile
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from fenshen.vision import weights
from fenshen.vision.arrays import Floats

Net = TypeVar("Net")

THREADS = (
    1  # these nets are too small to share: a second thread mostly waits, and photos come in pairs anyway
)

_writing = threading.Lock()
_chatter = threading.Lock()
_greeted = threading.Event()
_crowd: list[int] = []
_pages: dict[Path, bytes] = {}
_shelf: dict[Hashable, list[Any]] = defaultdict(list)
_door = threading.Lock()


@contextmanager
def borrow(key: Hashable, make: Callable[[], Net]) -> Iterator[Net]:
    """Lend the net under this key, opening one if all are out; it comes back also after an error."""
    with _door:
        shelf = _shelf[key]
        net: Net | None = shelf.pop() if shelf else None
    if net is None:
        net = make()
    try:
        yield net
    finally:
        with _door:
            shelf.append(net)


def let_go() -> None:
    """Close every net that nobody has borrowed, and forget what they were read from; who needs one opens it anew."""
    with _door:
        for shelf in _shelf.values():
            shelf.clear()
    with _writing:
        _pages.clear()
    task_member.cache_clear()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep OpenCV to one thread per caller while several photos are looked at at once: a quarter faster.

    The setting is the process's; it comes back when the last one inside leaves.
    """
    with _door:
        _crowd.append(cv2.getNumThreads())
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        with _door:
            if len(_crowd) == 1:
                cv2.setNumThreads(_crowd[0])
            _crowd.pop()


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Keep LiteRT's native greeting off the terminal: it knows no setting for that, but greets once per process.

    Later nets are opened with the terminal as it is, so that nothing told meanwhile is lost.
    """
    if _greeted.is_set():
        yield
        return
    with _chatter, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        terminal = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
            _greeted.set()
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


@lru_cache(maxsize=8)
def task_member(task: Path, member: str) -> bytes:
    """Read one file out of a MediaPipe .task bundle, which is a zip."""
    with zipfile.ZipFile(task) as bundle:
        return bundle.read(member)


class Lite:
    """A LiteRT (TensorFlow Lite) net with one input: call it with an array, get its outputs by shape."""

    def __init__(self, content: bytes, threads: int = THREADS) -> None:
        """Open the net from the bytes of a .tflite file."""
        from ai_edge_litert.interpreter import Interpreter  # 0.2 s; only who runs a net pays

        with _without_chatter():
            self._net = Interpreter(model_content=content, num_threads=threads)
            self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        self._outputs = [(tuple(o["shape"]), o["index"]) for o in self._net.get_output_details()]

    def __call__(self, values: Floats) -> dict[tuple[int, ...], Floats]:
        """Run once. Returns copies of the outputs; of two with the same shape the first is given."""
        self._net.set_tensor(self._input, values)
        self._net.invoke()
        return {shape: self._net.get_tensor(index) for shape, index in reversed(self._outputs)}


class Onnx:
    """An ONNX net with one input, run by OpenCV: call it with an array, get its first output. CPU only.

    Not ONNX Runtime: since 1.31 it makes a device id and a queue of reports in the user's cache (decision 0013).
    """

    def __init__(self, file: Path | bytes) -> None:
        """Open the net from a .onnx file or from what would be in one."""
        content = file if isinstance(file, bytes) else file.read_bytes()
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))
        self._output = self._net.getUnconnectedOutLayersNames()[0]

    def __call__(self, values: Floats) -> Floats:
        """Run once and return the first output."""
        self._net.setInput(values)
        return np.array(self._net.forward(self._output), np.float32)  # forward() lends its own memory


@contextmanager
def lite(name: str, models: Path, member: str | None = None) -> Iterator[Lite]:
    """Lend a LiteRT net: a .tflite file, or a member of a .task bundle."""
    file = weights.path(name, models)
    with borrow(
        (file, member), lambda: Lite(task_member(file, member) if member else file.read_bytes())
    ) as net:
        yield net


@contextmanager
def lite_written(name: str, models: Path, write: Callable[[bytes], bytes]) -> Iterator[Lite]:
    """Lend a LiteRT net that is written in memory from another file; written once, however many are opened."""
    file = weights.path(name, models)
    with borrow((file, "lite"), lambda: Lite(_written(file, write))) as net:
        yield net


def _written(file: Path, write: Callable[[bytes], bytes]) -> bytes:
    with _writing:
        if file not in _pages:
            _pages[file] = write(file.read_bytes())
        return _pages[file]


@contextmanager
def onnx(name: str, models: Path) -> Iterator[Onnx]:
    """Lend an ONNX net."""
    file = weights.path(name, models)
    with borrow(file, lambda: Onnx(file)) as net:
        yield net


@contextmanager
def onnx_written(key: Hashable, write: Callable[[], bytes]) -> Iterator[Onnx]:
    """Lend an ONNX net that is written in memory when it is first opened."""
    with borrow(key, lambda: Onnx(write())) as net:
        yield net
