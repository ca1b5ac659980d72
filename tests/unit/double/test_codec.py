"""A double comes back from its bytes as it went in."""

import io
import json
import zipfile
from dataclasses import fields

import numpy as np
import pytest
from tests.fakes.takes import a_double, a_take

from fenshen.double import codec
from fenshen.double.codec import DoubleFormatError, pack, unpack
from fenshen.double.double import FORMAT, OpenDouble
from fenshen.double.take import Edge

DOUBLE = a_double(a_take(4, yaw=-12.5), a_take(9, smile=0.75, reaches=False))


@pytest.fixture(scope="module")
def back() -> OpenDouble:
    return unpack(pack(DOUBLE))


def test_numbers_come_back_exactly(back: OpenDouble) -> None:
    assert back.key == DOUBLE.key
    assert back.spread == DOUBLE.spread
    assert np.array_equal(back.skin, DOUBLE.skin)
    for old, new in zip(DOUBLE.takes, back.takes, strict=True):
        assert [getattr(old, name) for name in codec.NUMBERS] == [
            getattr(new, name) for name in codec.NUMBERS
        ]
        assert new.skin == old.skin
        assert new.cut == old.cut
        assert all(isinstance(edge, Edge) for edge in new.cut)
    assert back.takes[0].cut != back.takes[1].cut


def test_every_field_of_a_take_is_kept() -> None:
    assert {*codec.NUMBERS, *codec.ARRAYS, "skin", "cut"} == {field.name for field in fields(DOUBLE.takes[0])}


def test_arrays_come_back_within_their_precision(back: OpenDouble) -> None:
    for old, new in zip(DOUBLE.takes, back.takes, strict=True):
        assert np.array_equal(old.alpha, new.alpha)
        assert np.array_equal(old.points, new.points)
        assert np.array_equal(old.light, new.light)
        assert np.abs(old.normals - new.normals).max() <= 0.5 / 127 + 1e-6
        assert np.allclose(old.depth, new.depth, atol=2e-3)
        assert np.abs(old.foreground.astype(int) - new.foreground).mean() < 2.5
        for name in codec.ARRAYS:
            assert getattr(old, name).dtype == getattr(new, name).dtype
            assert getattr(old, name).shape == getattr(new, name).shape


def test_a_double_that_does_not_say_whether_lenses_were_told_is_still_read() -> None:
    data = pack(DOUBLE)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        takes = json.loads(archive.read("double.json"))["takes"]
    older = [{name: value for name, value in take.items() if name != "by_lens"} for take in takes]
    assert [take.by_lens for take in unpack(_with_header(data, takes=older)).takes] == [False, False]


def test_a_double_of_another_version_is_refused() -> None:
    with pytest.raises(DoubleFormatError) as refused:
        unpack(_with_header(pack(DOUBLE), format=FORMAT + 1))
    assert refused.value.code == "double_format"
    assert refused.value.facts["format"] == FORMAT + 1


def test_the_version_is_looked_at_before_anything_else() -> None:
    """A later version may have other files: nothing of it is read but its header."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("double.json", json.dumps({"format": 99}))
    with pytest.raises(DoubleFormatError):
        unpack(sink.getvalue())


def test_there_is_no_place_for_an_embedding() -> None:
    """The files and arrays of a double are a closed list, and none is a row of 128 numbers."""
    with zipfile.ZipFile(io.BytesIO(pack(DOUBLE))) as archive:
        parts = ("foreground.jpg", "alpha.png", "shape.npz")
        takes = [f"take/{k}/{part}" for k in range(len(DOUBLE.takes)) for part in parts]
        face = ["face/albedo.jpg", "face/known.png", "face/shape.npz"]
        assert sorted(archive.namelist()) == sorted(["double.json", *face, *takes])
        mesh = np.load(io.BytesIO(archive.read("face/shape.npz")))
        assert {name: mesh[name].shape[0] for name in mesh} == {
            "vertices": 468,
            "uv": 468,
            "triangles": len(DOUBLE.face.triangles),
        }
        arrays = np.load(io.BytesIO(archive.read("take/0/shape.npz")))
        assert sorted(arrays) == ["depth", "light", "normals", "points"]
        assert all(128 not in arrays[name].shape for name in arrays)
        header = json.loads(archive.read("double.json"))
    assert set(header) == {"format", "skin", "key", "spread", "face", "takes"}
    assert set(header["face"]) == {"hair", "lips", "iris", "marks"}
    assert all(len(str(value)) < 80 for take in header["takes"] for value in take.values())


def _with_header(packed: bytes, **changes: object) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "double.json":
                content = json.dumps(json.loads(content) | changes).encode()
            new.writestr(name, content)
    return sink.getvalue()
