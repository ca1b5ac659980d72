"""The visible label: the words "AI生成" or "AI GENERATED", in one of three designs, off the face.

*corner*: in a corner of the picture. *caption*: on a strip below it. *film*: along the edge of a film. A template
names its design (`templates/recipe.py`); the rules are the same for all (`labels/layout.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from fenshen.labels import corner, edges
from fenshen.labels.layout import (
    BAND,
    CONTRAST,
    LEAST_INK,
    RGB8,
    SHARE,
    FaceBox,
    Layout,
    NoRoomForLabelError,
    RGBf,
    least_ink,
    luminance,
)
from fenshen.labels.lettering import Language

__all__ = [
    "BAND", "CONTRAST", "DESIGNS", "LEAST_INK", "RGB8", "SHARE", "Design", "FaceBox", "Layout",
    "NoRoomForLabelError", "RGBf", "draw", "lay_out", "least_ink", "luminance",
]  # fmt: skip

Design = Literal["corner", "caption", "film"]
DESIGNS: Final[tuple[Design, ...]] = get_args(Design)


@dataclass(frozen=True, slots=True)
class _Drawing:
    lay_out: Callable[..., Layout]
    paint: Callable[[RGB8, Layout], RGB8]


_DRAWINGS: Final[Mapping[Design, _Drawing]] = {
    "corner": _Drawing(corner.lay_out, corner.paint),
    "caption": _Drawing(edges.lay_out_caption, edges.paint_caption),
    "film": _Drawing(edges.lay_out_film, edges.paint_film),
}


def lay_out(
    width: int, height: int, *, language: Language, faces: Sequence[FaceBox], design: Design = "corner"
) -> Layout:
    """Find the label's place in a picture of this size.

    faces: boxes x, y, width, height in pixels, which nothing of the label touches. Raises NoRoomForLabelError.
    """
    return _DRAWINGS[design].lay_out(width, height, language=language, faces=faces)


def draw(rgb: RGB8, *, language: Language, faces: Sequence[FaceBox], design: Design = "corner") -> RGB8:
    """Give a copy of the picture with the visible label; with *caption* and *film* it is larger than the picture.

    rgb: (H, W, 3) uint8, sRGB. faces: boxes x, y, width, height in pixels. Raises NoRoomForLabelError.
    """
    height, width = rgb.shape[:2]
    layout = lay_out(width, height, language=language, faces=faces, design=design)
    return _DRAWINGS[design].paint(rgb, layout)
