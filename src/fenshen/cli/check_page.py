"""The contact sheet of ``fenshen check --html``: one file, readable offline, that holds the sitter's photos.

Thumbnails are decoded again, one at a time, when the page is written; nothing else is kept anywhere. What was seen
is drawn over them as vectors: the face's box, the mesh, where the face looks, the room around it.
"""

from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from fenshen.cli.check_folder import PERSONS, outcome
from fenshen.photos.container import LIMITS, PhotoRefusedError
from fenshen.photos.coverage import EXPRESSIONS, LIGHTS, POSES, Place
from fenshen.photos.decode import decode, must_cover_photos
from fenshen.photos.folder import PhotoFile
from fenshen.photos.inspect import Inspected, SetReport
from fenshen.photos.percentile import reference
from fenshen.rights.consent import Permit
from fenshen.vision.thumbnail import jpeg
from fenshen.words import say

EDGE: Final = 480  # px, longest edge of a thumbnail
NOSE: Final = 4  # of the mesh
FOREHEAD, CHIN, LEFTMOST, RIGHTMOST = 10, 152, 234, 454

Facts = dict[str, Any]


def render(files: Sequence[PhotoFile], report: SetReport, permit: Permit, language: str) -> str:
    """Write the page in one language."""
    environment = Environment(
        loader=PackageLoader("fenshen.cli", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = partial(_told, language)
    return environment.get_template("check.html.jinja").render(
        t=told,
        language=language,
        report=report,
        photos=[_photo(photo, files[photo.index], permit, told) for photo in report.photos],
        rows=_map(report),
        poses=POSES,
        lights=LIGHTS,
        sets=sum(reference()),
        closed=sum(not photo.was_opened for photo in report.photos),
        unasked=" · ".join(told(f"check_of_{name}") for name, done in report.checked.items() if not done),
        version=version("fenshen"),
    )


def _told(language: str, code: str, field: str = "what", /, **facts: str | float) -> str:
    return say(code, language, field, **facts)


def _photo(photo: Inspected, file: PhotoFile, permit: Permit, told: Any) -> Facts:
    picture, size = _thumbnail(photo, file, permit)
    return {
        "number": photo.index + 1,
        "file": file.name,
        "outcome": outcome(photo),
        "person": PERSONS[photo.same_person],
        "is_frontal": photo.same_person == "frontal",
        "reasons": [{f: told(code, f, **LIMITS) for f in ("what", "fix")} for code in photo.verdict.reasons],
        "picture": picture,
        "size": size,
        "seen": _overlay(photo, size),
    }


def _thumbnail(photo: Inspected, file: PhotoFile, permit: Permit) -> tuple[str, tuple[int, int]]:
    """A data address and its size; nothing for a photo that was not opened or cannot be decoded."""
    if photo.original_size is None:
        return "", (3, 4)
    must_cover_photos(permit)
    try:
        small = decode(file.read(), permit, longest_edge=EDGE).pixels
    except (OSError, PhotoRefusedError):  # it was there a moment ago
        return "", (3, 4)
    return f"data:image/jpeg;base64,{b64encode(jpeg(small)).decode()}", (small.shape[1], small.shape[0])


def _overlay(photo: Inspected, size: tuple[int, int]) -> Facts | None:
    """What was seen, in the thumbnail's px."""
    if photo.face is None or photo.mesh is None or photo.original_size is None:
        return None
    factor = size[0] / (photo.original_size[0] * photo.scale)
    x, y, width, height = (side * factor for side in photo.face.box)
    points = photo.mesh.points[:, :2] * factor
    nose, towards = points[NOSE], photo.mesh.pose.rotation[:2, 2]
    return {
        "box": [round(side, 1) for side in (x, y, width, height)],
        "mesh": "".join(f"M{px:.1f} {py:.1f}h0" for px, py in points),
        "nose": [round(float(side), 1) for side in nose],
        "looks": [
            round(float(nose[0] + width * towards[0]), 1),
            round(float(nose[1] - width * towards[1]), 1),
        ],
        "top": round(float(points[FOREHEAD, 1]), 1),
        "chin": round(float(points[CHIN, 1]), 1),
        "left": round(float(points[[LEFTMOST, RIGHTMOST], 0].min()), 1),
        "right": round(float(points[[LEFTMOST, RIGHTMOST], 0].max()), 1),
        "middle": [round(x + width / 2, 1), round(y + height / 2, 1)],
    }


def _map(report: SetReport) -> list[Facts]:
    """Rows of the coverage map: for each expression and pose, how many photos by light."""
    found = report.coverage.photos

    def cell(expression: Any, pose: Any) -> Facts:
        by_light = {light: len(found.get(Place(pose, expression, light), ())) for light in LIGHTS}
        return {"pose": pose, "lights": by_light, "photos": sum(by_light.values())}

    return [
        {"expression": expression, "cells": [cell(expression, pose) for pose in POSES]}
        for expression in EXPRESSIONS
    ]
