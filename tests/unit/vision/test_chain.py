"""A net that LiteRT runs says the same as the ONNX file it was written from."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.unit.vision.test_faces import fitted, picture

from fenshen.vision import chain, identity, nets, onnxfile, tfjs, weights
from fenshen.vision.litefile import LiteFile

PEOPLE = ("anna/00", "omar/00", "anna/15")


def test_embeddings_are_those_that_opencv_gives(models: Path) -> None:
    opencv = cv2.FaceRecognizerSF.create(str(weights.path(identity.WEIGHT, models)), "")
    for name in PEOPLE:
        rgb = picture(name)
        mesh = fitted(rgb, models)
        face = identity.aligned(rgb, mesh.points[list(identity.MESH_ANCHORS), :2])
        theirs = opencv.feature(cv2.cvtColor(face, cv2.COLOR_RGB2BGR)).ravel()
        ours = identity.embed(rgb, mesh, models)
        assert float(ours @ theirs) / np.linalg.norm(theirs) > 0.99999


def written(*nodes: bytes, values: Sequence[bytes] = ()) -> bytes:
    graph = b"".join([*(tfjs._field(1, node) for node in nodes), *(tfjs._field(5, v) for v in values)])
    return tfjs._field(7, graph)


def node(kind: str, inputs: Sequence[str], output: str, *attributes: bytes) -> bytes:
    fields = [tfjs._field(1, each.encode()) for each in inputs]
    fields += [tfjs._field(2, output.encode()), tfjs._field(4, kind.encode())]
    return b"".join([*fields, *(tfjs._field(5, each) for each in attributes)])


@pytest.mark.parametrize(("stride", "groups"), [(1, 1), (2, 1), (1, 4), (2, 4)])
def test_a_convolution_with_a_border_gives_what_opencv_gives(stride: int, groups: int) -> None:
    chance = np.random.default_rng(3)
    first = chance.normal(size=(4, 3, 1, 1)).astype(np.float32)
    second = chance.normal(size=(4, 4 // groups, 3, 3)).astype(np.float32)

    def convolution(source: str, kernel: str, output: str, side: int, stride: int, groups: int) -> bytes:
        shape = [tfjs._ints("kernel_shape", [side] * 2), tfjs._ints("strides", [stride] * 2)]
        pads = tfjs._ints("pads", [side // 2] * 4)
        return node("Conv", [source, kernel], output, *shape, pads, tfjs._int("group", groups))

    onnx = written(
        convolution("x", "first", "y", 1, 1, 1),
        convolution("y", "second", "z", 3, stride, groups),
        values=[tfjs._tensor("first", first), tfjs._tensor("second", second)],
    )
    rgb = chance.normal(size=(1, 8, 8, 3)).astype(np.float32)
    net = nets.Lite(chain.to_lite(onnx, 8))
    ours = next(iter(net(rgb).values()))[0]
    mixed = np.pad(rgb[0] @ first[:, :, 0, 0].T, ((1, 1), (1, 1), (0, 0)))
    for channel in range(4):
        of = range(4) if groups == 1 else [channel]
        taps = [cv2.filter2D(mixed[..., c], -1, second[channel, k]) for k, c in enumerate(of)]
        expected = np.sum(taps, axis=0)[1:-1, 1:-1][::stride, ::stride]
        assert ours[..., channel] == pytest.approx(expected, abs=1e-4)


def test_a_net_that_is_no_chain_is_refused() -> None:
    onnx = written(node("Add", ["x", "one"], "y"), values=[tfjs._tensor("one", np.ones((3, 1), np.float32))])
    with pytest.raises(ValueError, match="no way to write Add"):
        chain.to_lite(onnx, 8)


def test_block_quantised_numbers_are_read_back() -> None:
    values = [
        tfjs._number(1, 2) + tfjs._number(1, 4) + tfjs._number(2, 3) + tfjs._field(8, b"q")
        + tfjs._field(9, np.array([1, 2, 3, 4, 5, 6, 7, 8], np.int8).tobytes()),
        tfjs._tensor("scale", np.array([[1, 10], [2, 20]], np.float32)),
    ]  # fmt: skip
    onnx = written(
        node("DequantizeLinear", ["q", "scale"], "w", tfjs._int("axis", 1), tfjs._int("block_size", 2)),
        values=values,
    )
    left, held = onnxfile.read(onnx)
    assert left == []
    assert held["w"].tolist() == [[1, 2, 30, 40], [10, 12, 140, 160]]


def test_numbers_of_an_unknown_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="type 11"):
        onnxfile.read(written(values=[tfjs._number(1, 1) + tfjs._number(2, 11) + tfjs._field(8, b"double")]))


def test_a_lite_file_is_read_by_the_interpreter_as_it_was_meant() -> None:
    file = LiteFile()
    source = file.flowing(1, 2, 2, 3)
    half = file.fixed(np.array([0.5], np.float32))
    result = file.run("mul", [source, half], file.flowing(1, 2, 2, 3))
    net = nets.Lite(file.content(source, result))
    rgb = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)
    assert net(rgb)[1, 2, 2, 3].tolist() == (rgb / 2).tolist()
