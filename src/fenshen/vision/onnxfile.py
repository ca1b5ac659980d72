"""Reads what an ONNX file holds: its nodes and its numbers. Of protobuf, in which it is written, only that much."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fenshen.vision.arrays import Floats

VARINT, EIGHT_BYTES, TEXT, FOUR_BYTES = 0, 1, 2, 5  # protobuf's wire types
KINDS = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8"}  # onnx.TensorProto.DataType

Value = int | float | memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation."""

    kind: str
    inputs: tuple[str, ...]
    output: str  # the first one
    numbers: Mapping[str, float]  # attributes that are one number
    rows: Mapping[str, tuple[int, ...]]  # attributes that are several whole numbers


def read(content: bytes) -> tuple[list[Node], dict[str, Floats]]:
    """Give the nodes in order and the numbers they read, by name; block-quantised numbers come as float32.

    Raises ValueError when numbers are of a type that is not known here.
    """
    graph = next(value for tag, value in _fields(memoryview(content)) if tag == 7)  # noqa: PLR2004  ModelProto.graph
    nodes: list[Node] = []
    held: dict[str, Floats] = {}
    for tag, value in _fields(graph):
        if tag == 1:
            nodes.append(_node(value))
        elif tag == 5:  # noqa: PLR2004  GraphProto.initializer
            name, numbers = _tensor(value)
            held[name] = numbers
    kept = []
    for node in nodes:
        if node.kind == "DequantizeLinear" and node.inputs[0] in held:
            held[node.output] = _dequantized(node, held)
        else:
            kept.append(node)
    return kept, held


def _dequantized(node: Node, held: Mapping[str, Floats]) -> Floats:
    """(q - zero) x scale, each scale standing for a whole block along one axis (ONNX opset 21)."""
    numbers, scale = (held[name] for name in node.inputs[:2])
    zero = held[node.inputs[2]] if len(node.inputs) > 2 else np.zeros_like(scale)  # noqa: PLR2004
    axis, block = int(node.numbers.get("axis", 1)), int(node.numbers.get("block_size", 0))
    values = numbers.astype(np.float32)
    if block:
        scale, zero = (np.expand_dims(each, axis + 1) for each in (scale, zero))
        values = values.reshape(*values.shape[:axis], -1, block, *values.shape[axis + 1 :])
    if zero.any():
        values -= zero
    values *= scale
    return values.reshape(numbers.shape)


def _node(content: Value) -> Node:
    texts: dict[int, list[str]] = {1: [], 2: [], 4: []}
    numbers: dict[str, float] = {}
    rows: dict[str, tuple[int, ...]] = {}
    for tag, value in _fields(content):
        if tag in texts:
            texts[tag].append(_text(value))
        elif tag == 5:  # noqa: PLR2004  NodeProto.attribute
            parts = list(_fields(value))
            name = next(_text(part) for place, part in parts if place == 1)
            for place, part in parts:
                if place in {2, 3} and isinstance(part, int | float):  # AttributeProto.f, .i
                    numbers[name] = part
            ints = (part for place, part in parts if place == 8)  # noqa: PLR2004  AttributeProto.ints
            rows[name] = tuple(number for part in ints for number in _whole(part))
    return Node(kind=texts[4][0], inputs=tuple(texts[1]), output=texts[2][0], numbers=numbers, rows=rows)


def _tensor(content: Value) -> tuple[str, Floats]:
    shape: list[int] = []
    name, kind, raw = "", 0, b""
    for tag, value in _fields(content):
        if tag == 1:
            shape += _whole(value)
        elif tag == 2 and isinstance(value, int):  # noqa: PLR2004
            kind = value
        elif tag in {4, 9} and isinstance(value, memoryview):  # float_data, raw_data
            raw = bytes(value)
        elif tag == 8:  # noqa: PLR2004
            name = _text(value)
    if kind not in KINDS:
        raise ValueError(f"numbers of type {kind} are not read")
    return name, np.frombuffer(raw, KINDS[kind]).reshape(shape)


def _fields(content: Value) -> Iterator[tuple[int, Value]]:
    """Tags and values of one message."""
    if not isinstance(content, memoryview):
        raise TypeError("not a message")
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        value: Value
        if key & 7 == VARINT:
            value, at = _varint(content, at)
        elif key & 7 == TEXT:
            length, at = _varint(content, at)
            value, at = content[at : at + length], at + length
        else:
            size = 8 if key & 7 == EIGHT_BYTES else 4
            value, at = struct.unpack("<d" if size == 8 else "<f", content[at : at + size])[0], at + size  # noqa: PLR2004
        yield key >> 3, value


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004
            return (value - (1 << 64) if value >> 63 else value), at


def _whole(value: Value) -> list[int]:
    """Whole numbers, one or packed together."""
    if isinstance(value, int):
        return [value]
    found, at = [], 0
    while isinstance(value, memoryview) and at < len(value):
        number, at = _varint(value, at)
        found.append(number)
    return found


def _text(value: Value) -> str:
    return bytes(value).decode() if isinstance(value, memoryview) else ""
