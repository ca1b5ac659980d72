"""A double as bytes: a zip of pictures and small arrays, version in its header. It is sealed before it is kept.

double.json                header: format, skin, key, spread, the numbers of the face and of every take
face/albedo.jpg            (1024, 1024, 3) sRGB, quality 96, no chroma subsampling
face/known.png             (1024, 1024) 8 bit
face/shape.npz             vertices, uv, triangles
take/<k>/foreground.jpg    (H, W, 3) sRGB, quality 96, no chroma subsampling
take/<k>/alpha.png         (H, W) 8 bit
take/<k>/shape.npz         points, normals (int8 /127), depth (float16), light
"""

import io
import json
import zipfile
from dataclasses import astuple, fields
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fenshen.double.double import FORMAT, OpenDouble
from fenshen.double.own_face import Mark, OwnFace
from fenshen.double.take import Edge, Take
from fenshen.errors import FenshenError
from fenshen.vision.arrays import floats

ARRAYS = ("foreground", "alpha", "points", "normals", "depth", "light")
COLOURS = ("hair", "lips", "iris")
MESH = ("vertices", "uv", "triangles")
MARK = tuple(f.name for f in fields(Mark))
NUMBERS = tuple(f.name for f in fields(Take) if f.name not in (*ARRAYS, "skin", "cut"))
LATER = {"by_lens": False}  # what doubles of this format did not say at first


class DoubleFormatError(FenshenError):
    """The double was made by another version of the studio. Facts: ``format``."""

    code = "double_format"


def pack(double: OpenDouble) -> bytes:
    """Write a double."""
    header = {
        "format": FORMAT,
        "skin": double.skin.tolist(),
        "key": double.key,
        "spread": list(double.spread),
        "face": {name: getattr(double.face, name) for name in COLOURS}
        | {"marks": [astuple(mark) for mark in double.face.marks]},
        "takes": [_numbers(take) for take in double.takes],
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("double.json", json.dumps(header))
        archive.writestr("face/albedo.jpg", _picture(double.face.albedo, "JPEG"))
        archive.writestr("face/known.png", _picture(double.face.known, "PNG"))
        archive.writestr("face/shape.npz", _arrays(**{name: getattr(double.face, name) for name in MESH}))
        for k, take in enumerate(double.takes):
            archive.writestr(f"take/{k}/foreground.jpg", _picture(take.foreground, "JPEG"))
            archive.writestr(f"take/{k}/alpha.png", _picture(take.alpha, "PNG"))
            archive.writestr(f"take/{k}/shape.npz", _shape(take))
    return sink.getvalue()


def unpack(data: bytes) -> OpenDouble:
    """Read a double. Raises DoubleFormatError when it is of another version."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        header = json.loads(archive.read("double.json"))
        if header["format"] != FORMAT or any(
            set(NUMBERS) - set(LATER) - set(numbers) for numbers in header["takes"]
        ):
            raise DoubleFormatError(format=header["format"])
        takes = tuple(_take(archive, k, LATER | numbers) for k, numbers in enumerate(header["takes"]))
        face = _face(archive, header["face"])
    return OpenDouble(
        takes=takes, skin=floats(header["skin"]), key=header["key"], spread=tuple(header["spread"]), face=face
    )


def _numbers(take: Take) -> dict[str, Any]:
    return {name: getattr(take, name) for name in NUMBERS} | {
        "skin": list(take.skin),
        "cut": [str(edge) for edge in take.cut],
    }


def _picture(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], kind: str) -> bytes:
    sink = io.BytesIO()
    options = {"quality": 96, "subsampling": 0} if kind == "JPEG" else {"compress_level": 3}
    Image.fromarray(pixels).save(sink, kind, **options)
    return sink.getvalue()


def _shape(take: Take) -> bytes:
    return _arrays(
        points=take.points,
        normals=np.round(take.normals * 127).astype(np.int8),
        depth=take.depth.astype(np.float16),
        light=take.light,
    )


def _arrays(**arrays: Any) -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays)
    return sink.getvalue()


def _face(archive: zipfile.ZipFile, numbers: dict[str, Any]) -> OwnFace:
    mesh = _opened_arrays(archive.read("face/shape.npz"))
    rest: dict[str, Any] = {name: tuple(numbers[name]) for name in COLOURS}
    return OwnFace(
        albedo=partial(_opened_picture, archive.read("face/albedo.jpg")),
        known=partial(_opened_picture, archive.read("face/known.png")),
        vertices=mesh["vertices"],
        uv=mesh["uv"],
        triangles=mesh["triangles"],
        marks=tuple(Mark(**dict(zip(MARK, values, strict=True))) for values in numbers["marks"]),
        **rest,
    )


def _take(archive: zipfile.ZipFile, k: int, numbers: dict[str, Any]) -> Take:
    """A take whose pictures and arrays are decoded when they are asked for."""
    shape = cache(partial(_opened_arrays, archive.read(f"take/{k}/shape.npz")))
    rest = {name: numbers[name] for name in NUMBERS}
    return Take(
        foreground=partial(_opened_picture, archive.read(f"take/{k}/foreground.jpg")),
        alpha=partial(_opened_picture, archive.read(f"take/{k}/alpha.png")),
        points=lambda: shape()["points"],
        normals=lambda: floats(shape()["normals"]) / np.float32(127),
        depth=lambda: floats(shape()["depth"]),
        light=lambda: shape()["light"],
        skin=(numbers["skin"][0], numbers["skin"][1], numbers["skin"][2]),
        cut=tuple(Edge(edge) for edge in numbers["cut"]),
        **rest,
    )


def _opened_picture(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)), np.uint8)


def _opened_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
