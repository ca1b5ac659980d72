"""A TensorFlow.js model is written as ONNX that computes the same."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fenshen.vision import age, nets, tfjs
from fenshen.vision.faces import Face


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def node(name: str, op: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def small_model() -> tuple[bytes, bytes, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Make a 1x1 convolution, a mean over the picture, and a dense layer."""
    chance = np.random.default_rng(4)
    kernel = chance.normal(size=(1, 1, 3, 4)).astype("<f4")
    dense, bias = chance.normal(size=(4, 5)).astype("<f4"), chance.normal(size=5).astype("<f4")
    values = {"kernel": kernel, "axes": np.array([1, 2], "<i4"), "out/kernel": dense, "out/bias": bias}
    shape = {"shape": {"dim": [{"size": "-1"}, {"size": "6"}, {"size": "6"}, {"size": "3"}]}}
    strides, padding = {"list": {"i": ["1", "1", "1", "1"]}}, {"s": text("SAME")}
    fused = {"list": {"s": [text("BiasAdd"), text("Relu")]}}
    nodes = [
        *(node(name, "Const") for name in values),
        node("in", "Placeholder", shape=shape),
        node("conv", "Conv2D", "in", "kernel", strides=strides, padding=padding),
        node("mean", "Mean", "conv", "axes"),
        node("out/Relu", "_FusedMatMul", "mean", "out/kernel", "out/bias", fused_ops=fused),
    ]
    manifest = [
        {"name": name, "shape": list(each.shape), "dtype": "int32" if each.dtype == "<i4" else "float32"}
        for name, each in values.items()
    ]
    model = {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": manifest}]}
    picture = chance.normal(size=(1, 6, 6, 3)).astype(np.float32)
    answer = np.maximum((picture.reshape(36, 3) @ kernel[0, 0]).mean(0) @ dense + bias, 0)
    return json.dumps(model).encode(), b"".join(each.tobytes() for each in values.values()), picture, answer


def test_the_written_net_computes_what_the_model_says() -> None:
    model, values, picture, answer = small_model()
    net = nets.Onnx(tfjs.to_onnx(model, values, "out/Relu"))
    assert np.allclose(net(picture).ravel(), answer, atol=1e-5)


def test_an_unknown_operation_is_refused() -> None:
    model, values, *_ = small_model()
    with pytest.raises(ValueError, match="no way to write"):
        tfjs.to_onnx(model.replace(b'"Mean"', b'"Rock"'), values, "out/Relu")


def test_an_adult_who_does_not_exist_is_taken_for_one_when_the_net_is_here(age_too: Path) -> None:
    from tests.unit.photos.conftest import pixels

    from fenshen.vision import faces

    picture = pixels("omar/00")
    found: list[Face] = faces.detect(picture, age_too)
    assert age.minor_probability(picture, found[0], age_too) < 0.3
