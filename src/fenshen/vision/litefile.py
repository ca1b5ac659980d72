"""Writes a net as a LiteRT (TensorFlow Lite) file. Of FlatBuffers, in which it is written, only that much.

A FlatBuffer is read in place: a table points back to a list of where its fields lie, and to its parts further on.
Here every field takes four bytes, little end first; a reader that looks for one byte finds it in the first.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import Floats

FLOAT32, INT32 = 0, 2  # TensorType
SAME, VALID = 0, 1  # Padding
CODES = {
    "conv": 3,
    "depthwise": 4,
    "dense": 9,
    "mul": 18,
    "pad": 34,
    "sub": 41,
    "prelu": 54,
}  # BuiltinOperator
OPTIONS = {"conv": 1, "depthwise": 2, "dense": 8, "mul": 21, "pad": 22, "sub": 28}  # BuiltinOptions

Table = Mapping[int, object]  # slot -> number, text, bytes, row of numbers, table or row of tables


@dataclass(slots=True)
class LiteFile:
    """A net as it grows: tensors are told by their number, in the order in which they were added."""

    _tensors: list[Table] = field(default_factory=list)
    _buffers: list[Table] = field(default_factory=lambda: [{}])
    _operations: list[Table] = field(default_factory=list)
    _kinds: list[str] = field(default_factory=list)

    def flowing(self, *shape: int) -> int:
        """Add a tensor that is filled while the net runs; float32, NHWC."""
        return self._tensor(shape, FLOAT32, 0)

    def fixed(self, numbers: Floats | NDArray[np.int32]) -> int:
        """Add a tensor of float32 or int32 that never changes."""
        self._buffers.append({0: np.ascontiguousarray(numbers).tobytes()})
        kind = FLOAT32 if numbers.dtype == np.float32 else INT32
        return self._tensor(numbers.shape, kind, len(self._buffers) - 1)

    def _tensor(self, shape: Sequence[int], kind: int, buffer: int) -> int:
        self._tensors.append({0: list(shape), 1: kind, 2: buffer, 3: f"t{len(self._tensors)}"})
        return len(self._tensors) - 1

    def run(self, kind: str, inputs: Sequence[int], output: int, options: Table | None = None) -> int:
        """Add an operation, with its options by slot; give its output."""
        if kind not in self._kinds:
            self._kinds.append(kind)
        operation = {0: self._kinds.index(kind), 1: list(inputs), 2: [output]}
        if kind in OPTIONS:
            operation |= {3: OPTIONS[kind], 4: options or {}}
        self._operations.append(operation)
        return output

    def content(self, source: int, result: int) -> bytes:
        """Write the file of a net with one input and one output."""
        codes = [{0: CODES[kind], 2: 1, 3: CODES[kind]} for kind in self._kinds]
        graph = {0: self._tensors, 1: [source], 2: [result], 3: self._operations}
        return _written({0: 3, 1: codes, 2: [graph], 4: self._buffers})  # version 3 of the format


def telling_also(net: bytes, tensors: Sequence[int]) -> bytes:
    """Give the same net with these tensors, by their number, among what it tells; nothing else is changed.

    The row of outputs is written anew at the end of the file, and the graph's table points to it.
    """
    out = bytearray(net)
    graphs = _pointed(net, _field(net, _pointed(net, 0), 2))
    outputs = _field(net, _pointed(net, graphs + 4), 2)
    old = _pointed(net, outputs)
    count = struct.unpack_from("<I", net, old)[0]
    told = struct.unpack_from(f"<{count}i", net, old + 4)
    at = _row(out, count + len(tensors), struct.pack(f"<{count + len(tensors)}i", *told, *tensors))
    struct.pack_into("<I", out, outputs, at - outputs)
    return bytes(out)


def with_numbers(net: bytes, old: Sequence[int], new: Sequence[int]) -> bytes:
    """Give the same net with a row of numbers written anew wherever it stands; as many of them as before.

    Raises ValueError when it stands nowhere: then it is another net than the one that was meant.
    """
    before, after = (struct.pack(f"<{len(row)}i", *row) for row in (old, new))
    if before not in net or len(before) != len(after):
        raise ValueError("no such numbers in the net")
    return net.replace(before, after)


def _pointed(content: bytes, place: int) -> int:
    return place + int(struct.unpack_from("<I", content, place)[0])


def _field(content: bytes, table: int, slot: int) -> int:
    """Find where a table keeps a field that it has."""
    listed = table - int(struct.unpack_from("<i", content, table)[0])
    return table + int(struct.unpack_from("<H", content, listed + 4 + 2 * slot)[0])


def _written(model: Table) -> bytes:
    out = bytearray(b"\0\0\0\0TFL3")
    struct.pack_into("<I", out, 0, _table(out, model))
    return bytes(out)


def _table(out: bytearray, fields: Table) -> int:
    """Write a table and its parts; give the place of the table."""
    slots = max(fields, default=-1) + 1
    _fill(out, 4, at_end=4 + 2 * slots)
    places = [4 + 4 * list(fields).index(slot) if slot in fields else 0 for slot in range(slots)]
    listed = len(out)
    out += struct.pack(f"<{2 + slots}H", 4 + 2 * slots, 4 + 4 * len(fields), *places)
    at = len(out)
    out += struct.pack("<i", at - listed) + bytes(4 * len(fields))
    for number, part in enumerate(fields.values()):
        place = at + 4 + 4 * number
        value = part if isinstance(part, int) else _part(out, part) - place
        struct.pack_into("<i", out, place, value)
    return at


def _part(out: bytearray, part: object) -> int:
    """Write a text, bytes, a row of numbers, a row of tables or a table; give its place."""
    if isinstance(part, Mapping):
        return _table(out, part)
    if isinstance(part, str):
        return _row(out, len(part), part.encode() + b"\0")
    if isinstance(part, bytes):
        return _row(out, len(part), part)
    if not isinstance(part, Sequence):
        raise TypeError("nothing that a FlatBuffer holds")
    if all(isinstance(each, int) for each in part):
        return _row(out, len(part), struct.pack(f"<{len(part)}i", *part))
    at = _row(out, len(part), bytes(4 * len(part)))
    for number, each in enumerate(part):
        place = at + 4 + 4 * number
        struct.pack_into("<i", out, place, _part(out, each) - place)
    return at


def _row(out: bytearray, count: int, content: bytes) -> int:
    """Write how many, then the content, which begins at a multiple of 16: nets read their numbers where they lie."""
    _fill(out, 16, at_end=4)
    at = len(out)
    out += struct.pack("<I", count)
    out += content
    return at


def _fill(out: bytearray, multiple: int, at_end: int) -> None:
    """Fill up so that what comes after the next ``at_end`` bytes begins at a multiple."""
    out += bytes(-(len(out) + at_end) % multiple)
