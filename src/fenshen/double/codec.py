"""A double as bytes: a zip of pictures and small arrays, version in its header. It is sealed before it is kept.

double.json                header: format, skin, key, spread, and the numbers of every take
take/<k>/foreground.jpg    (H, W, 3) sRGB, quality 96, no chroma subsampling
take/<k>/alpha.png         (H, W) 8 bit
take/<k>/shape.npz         points, normals (int8 /127), depth (float16), light
"""

import io
import json
import zipfile
from dataclasses import fields
from typing import Any

import numpy as np
from PIL import Image

from fenshen.double.double import FORMAT, OpenDouble
from fenshen.double.take import Edge, Take
from fenshen.errors import FenshenError
from fenshen.vision.arrays import floats

ARRAYS = ("foreground", "alpha", "points", "normals", "depth", "light")
NUMBERS = tuple(f.name for f in fields(Take) if f.name not in (*ARRAYS, "skin", "cut"))


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
        "takes": [_numbers(take) for take in double.takes],
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("double.json", json.dumps(header))
        for k, take in enumerate(double.takes):
            archive.writestr(f"take/{k}/foreground.jpg", _picture(take.foreground, "JPEG"))
            archive.writestr(f"take/{k}/alpha.png", _picture(take.alpha, "PNG"))
            archive.writestr(f"take/{k}/shape.npz", _shape(take))
    return sink.getvalue()


def unpack(data: bytes) -> OpenDouble:
    """Read a double. Raises DoubleFormatError when it is of another version."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        header = json.loads(archive.read("double.json"))
        if header["format"] != FORMAT or any(set(NUMBERS) - set(numbers) for numbers in header["takes"]):
            raise DoubleFormatError(format=header["format"])
        takes = tuple(_take(archive, k, numbers) for k, numbers in enumerate(header["takes"]))
    return OpenDouble(
        takes=takes, skin=floats(header["skin"]), key=header["key"], spread=tuple(header["spread"])
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
    sink = io.BytesIO()
    np.savez_compressed(
        sink,
        points=take.points,
        normals=np.round(take.normals * 127).astype(np.int8),
        depth=take.depth.astype(np.float16),
        light=take.light,
    )
    return sink.getvalue()


def _take(archive: zipfile.ZipFile, k: int, numbers: dict[str, Any]) -> Take:
    shape = np.load(io.BytesIO(archive.read(f"take/{k}/shape.npz")), allow_pickle=False)
    rest = {name: numbers[name] for name in NUMBERS}
    return Take(
        foreground=np.asarray(Image.open(io.BytesIO(archive.read(f"take/{k}/foreground.jpg"))), np.uint8),
        alpha=np.asarray(Image.open(io.BytesIO(archive.read(f"take/{k}/alpha.png"))), np.uint8),
        points=shape["points"],
        normals=shape["normals"].astype(np.float32) / 127,
        depth=shape["depth"].astype(np.float32),
        light=shape["light"],
        skin=(numbers["skin"][0], numbers["skin"][1], numbers["skin"][2]),
        cut=tuple(Edge(edge) for edge in numbers["cut"]),
        **rest,
    )
