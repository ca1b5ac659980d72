"""Reads a TensorFlow.js graph model and writes it as ONNX, so that the runtime in the house can run it.

Covers plain convolutional nets (MobileNet and the like); a model with another operation is refused. Of protobuf,
which ONNX files are made of, only what is needed is written here: numbers, texts and nested messages.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from fenshen.vision.arrays import Floats

IR_VERSION: Final = 8
OPSET: Final = 13
FLOAT: Final = 1  # onnx.TensorProto.DataType
NUMPY: Final = {"float32": "<f4", "int32": "<i4"}
SAME_NAME: Final = {"Add": "Add", "Mul": "Mul", "Relu": "Relu", "Sigmoid": "Sigmoid", "Softmax": "Softmax",
                    "Minimum": "Min", "Maximum": "Max"}  # fmt: skip

Node = Mapping[str, Any]


def to_onnx(model: bytes, values: bytes, output: str) -> bytes:
    """Write the ONNX file of a graph model (its .json and its .bin) with one output; layouts stay NHWC.

    Raises ValueError when the model has an operation or a type that is not known here.
    """
    graph = json.loads(model)
    held = _held(graph["weightsManifest"], values)
    writer = _Graph(held)
    for node in graph["modelTopology"]["node"]:
        if node["op"] not in {"Const", "Placeholder"}:
            writer.add(node)
    return writer.file(_placeholder(graph["modelTopology"]["node"]), output)


def _held(manifest: Sequence[Node], values: bytes) -> dict[str, Floats]:
    held: dict[str, Floats] = {}
    at = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        if "quantization" in entry or entry["dtype"] not in NUMPY:
            raise ValueError("only plain float32 and int32 values are read")
        count = int(np.prod(entry["shape"])) if entry["shape"] else 1
        numbers = np.frombuffer(values, NUMPY[entry["dtype"]], count, at)
        at += numbers.nbytes
        held[entry["name"]] = numbers.reshape(entry["shape"])
    return held


def _placeholder(nodes: Iterable[Node]) -> tuple[str, list[int]]:
    node = next(node for node in nodes if node["op"] == "Placeholder")
    return node["name"], [int(dim["size"]) for dim in node["attr"]["shape"]["shape"]["dim"]]


class _Graph:
    """Collects ONNX nodes and the values they read."""

    def __init__(self, held: Mapping[str, Floats]) -> None:
        self._held = held
        self._nodes: list[bytes] = []
        self._values: dict[str, bytes] = {}

    def add(self, node: Node) -> None:
        """Write one TensorFlow node, under its own name, as one ONNX node or a few."""
        kind, name = node["op"], node["name"]
        inputs = [each.split(":")[0] for each in node.get("input", [])]
        if kind in {"Conv2D", "DepthwiseConv2dNative"}:
            self._convolution(node, inputs, depthwise=kind != "Conv2D")
        elif kind == "_FusedMatMul":
            self._dense(node, inputs)
        elif kind == "Mean":
            axes = [int(axis) for axis in np.atleast_1d(self._held[inputs[1]])]
            self._write("ReduceMean", inputs[:1], name, _ints("axes", axes), _int("keepdims", 0))
        elif kind in SAME_NAME:
            self._write(SAME_NAME[kind], [self._read(each) for each in inputs], name)
        else:
            raise ValueError(f"no way to write {kind}")

    def _convolution(self, node: Node, inputs: list[str], *, depthwise: bool) -> None:
        name, kernel = node["name"], self._held[inputs[1]]
        turned = (
            kernel.transpose(2, 3, 0, 1).reshape(-1, 1, *kernel.shape[:2])
            if depthwise
            else kernel.transpose(3, 2, 0, 1)
        )
        strides = [int(step) for step in node["attr"]["strides"]["list"]["i"]][1:3]
        padding = base64.b64decode(node["attr"]["padding"]["s"]).decode()
        self._write("Transpose", [self._read(inputs[0])], f"{name}/nchw", _ints("perm", [0, 3, 1, 2]))
        self._write(
            "Conv",
            [f"{name}/nchw", self._keep(f"{name}/kernel", turned)],
            f"{name}/conv",
            _ints("strides", strides),
            _ints("kernel_shape", list(kernel.shape[:2])),
            _text("auto_pad", "SAME_UPPER" if padding == "SAME" else "VALID"),
            _int("group", int(kernel.shape[2]) if depthwise else 1),
        )
        self._write("Transpose", [f"{name}/conv"], name, _ints("perm", [0, 2, 3, 1]))

    def _dense(self, node: Node, inputs: list[str]) -> None:
        name = node["name"]
        after = [base64.b64decode(each).decode() for each in node["attr"]["fused_ops"]["list"]["s"]]
        if after not in (["BiasAdd"], ["BiasAdd", "Relu"]):
            raise ValueError(f"no way to write {after}")
        last = f"{name}/sum" if "Relu" in after else name
        self._write("MatMul", [inputs[0], self._read(inputs[1])], f"{name}/product")
        self._write("Add", [f"{name}/product", self._read(inputs[2])], last)
        if "Relu" in after:
            self._write("Relu", [last], name)

    def _read(self, name: str) -> str:
        return self._keep(name, self._held[name]) if name in self._held else name

    def _keep(self, name: str, numbers: Floats) -> str:
        self._values[name] = _tensor(name, np.ascontiguousarray(numbers, np.float32))
        return name

    def _write(self, kind: str, inputs: Sequence[str], output: str, *attributes: bytes) -> None:
        fields = [_field(1, each.encode()) for each in inputs]  # NodeProto
        fields += [_field(2, output.encode()), _field(4, kind.encode())]
        self._nodes.append(b"".join(fields + [_field(5, each) for each in attributes]))

    def _width(self, output: str) -> int:
        """How many numbers an output has: as many as the bias of the last layer, under the same first name."""
        return int(self._held[f"{output.split('/', maxsplit=1)[0]}/bias"].size)

    def file(self, placeholder: tuple[str, list[int]], output: str) -> bytes:
        """Write the ModelProto."""
        graph = b"".join(
            [
                *(_field(1, node) for node in self._nodes),
                _field(2, b"graph"),
                *(_field(5, value) for value in self._values.values()),
                _field(11, _value_info(*placeholder)),
                _field(12, _value_info(output, [1, self._width(output)])),
            ]
        )
        opset = _field(1, b"") + _number(2, OPSET)
        return _number(1, IR_VERSION) + _field(7, graph) + _field(8, opset)


def _value_info(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_field(1, _number(1, abs(size))) for size in shape)  # -1, any number: one
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, FLOAT) + _field(2, dims)))


def _tensor(name: str, numbers: Floats) -> bytes:
    dims = b"".join(_number(1, size) for size in numbers.shape)
    return dims + _number(2, FLOAT) + _field(8, name.encode()) + _field(9, numbers.tobytes())


def _int(name: str, value: int) -> bytes:
    return _field(1, name.encode()) + _number(3, value) + _number(20, 2)


def _ints(name: str, values: Sequence[int]) -> bytes:
    return _field(1, name.encode()) + b"".join(_number(8, value) for value in values) + _number(20, 7)


def _text(name: str, value: str) -> bytes:
    return _field(1, name.encode()) + _field(4, value.encode()) + _number(20, 3)


def _number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def _field(tag: int, content: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
