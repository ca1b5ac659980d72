"""The visible label's geometry (GB 45438, 5.2), measured on the mask and on the file that leaves."""

from collections.abc import Callable
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fenshen.labels import visible
from fenshen.labels.lettering import WORDS, Language, set_type
from fenshen.labels.write import LabelledPicture

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]
Decode = Callable[[bytes], Picture]

SIZES = [
    (160, 220), (200, 200), (260, 378), (295, 413), (358, 441), (390, 567), (413, 579), (480, 640),
    (600, 400), (640, 960), (720, 720), (768, 1024), (900, 1200), (1024, 1024), (1024, 1536), (1200, 800),
    (1536, 1024), (1051, 1500), (1536, 2048), (3072, 4096),
]  # fmt: skip
COLOURS = [
    (246, 244, 241),
    (67, 142, 219),
    (215, 69, 50),
    (28, 27, 30),
    (142, 138, 131),
    (226, 206, 178),
    (12, 40, 22),
]


def face_of(width: int, height: int) -> tuple[float, float, float, float]:
    """A face where portraits have it: upper middle, a third of the width."""
    return width / 3, height / 5, width / 3, height / 2.5


def ink_of(labelled: Picture, plain: Picture) -> list[int]:
    """Heights of the glyphs in a decoded picture, found without knowing where they are.

    The label is where the picture differs from its unlabelled self. In there are two tones, and the rarer one
    is the ink; glyphs are runs of columns with ink.
    """
    changed = np.abs(labelled.astype(int) - plain).max(axis=2) > 20
    rows, columns = np.flatnonzero(changed.sum(axis=1) > 2), np.flatnonzero(changed.sum(axis=0) > 1)
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    light, touched = visible.luminance(labelled[box]), changed[box]
    bright = light > np.percentile(light, (1, 99)).mean()
    ink = touched & (bright if bright.mean() < 0.5 else ~bright)
    inked = np.flatnonzero(np.diff(np.concatenate(([0], ink.any(axis=0), [0]))))
    runs = [ink[:, left:right] for left, right in inked.reshape(-1, 2) if ink[:, left:right].sum() > 4]
    return [int(np.ptp(np.flatnonzero(run.any(axis=1)))) + 1 for run in runs]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("ink", [10, 11, 15, 16, 21, 37, 52, 64, 65, 78, 104, 155, 205])
def test_every_glyph_of_the_mask_is_as_tall_as_asked(language: Language, ink: int) -> None:
    lettering = set_type(language, ink)
    assert len(lettering.glyphs) == len(WORDS[language].replace(" ", ""))
    for x, y, width, height in lettering.glyphs:
        glyph = lettering.mask[y : y + height, x : x + width]
        assert np.count_nonzero((glyph >= 0.5).any(axis=1)) >= ink


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("number", "size"), list(enumerate(SIZES)))
def test_every_glyph_in_the_file_is_a_twentieth_of_the_short_side(
    number: int, size: tuple[int, int], picture_format: str, backdrop: Make, labelled: Label, decoded: Decode
) -> None:
    plain = backdrop(*size, COLOURS[number % len(COLOURS)])
    language: Language = "en" if number % 2 else "zh"
    face = face_of(*size)
    file = labelled(plain, format=picture_format, language=language, faces=[face])
    heights = ink_of(decoded(file.data), plain)
    assert len(heights) == len(WORDS[language].replace(" ", ""))
    assert min(heights) >= ceil(0.05 * min(size))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("size", SIZES)
def test_the_label_lies_inside_the_frame_in_the_outer_fifth_off_the_face(
    size: tuple[int, int], language: Language
) -> None:
    layout = visible.lay_out(*size, language=language, faces=[face_of(*size)])
    x, y, width, height = layout.plate
    assert x >= 0
    assert y >= 0
    assert x + width <= size[0]
    assert y + height <= size[1]
    assert y >= 0.8 * size[1] or y + height <= 0.2 * size[1]
    tx, ty, tw, th = layout.text
    assert x < tx
    assert y < ty
    assert tx + tw < x + width
    assert ty + th < y + height


def test_it_takes_the_next_free_corner() -> None:
    size = (1024, 1536)
    faces: list[visible.FaceBox] = []
    corners: list[str] = []
    for _ in range(4):
        layout = visible.lay_out(*size, language="zh", faces=faces)
        corners.append(layout.corner)
        faces.append(layout.plate)
    assert tuple(corners) == visible.CORNERS
    with pytest.raises(visible.NoRoomForLabelError):
        visible.lay_out(*size, language="zh", faces=faces)


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=6), st.sampled_from(sorted(WORDS)))
def test_it_never_touches_a_face(shares: list[tuple[float, float, float, float]], language: Language) -> None:
    faces = [(x * 600, y * 800, w * 300, h * 300) for x, y, w, h in shares]
    try:
        x, y, width, height = visible.lay_out(600, 800, language=language, faces=faces).plate
    except visible.NoRoomForLabelError:
        return
    mask = np.zeros((800, 600), bool)
    mask[y : y + height, x : x + width] = True
    for fx, fy, fw, fh in faces:
        assert not mask[ceil(fy) : int(fy + fh), ceil(fx) : int(fx + fw)].any()


@pytest.mark.parametrize("size", [(60, 80), (1, 1), (40, 2000), (3000, 90)])
def test_a_picture_too_small_for_a_legible_label_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(visible.NoRoomForLabelError):
        visible.lay_out(*size, language="en", faces=[])


def grounds(width: int, height: int) -> dict[str, Picture]:
    """Backgrounds that are hard to write on."""
    y, x = np.mgrid[:height, :width]
    rng = np.random.default_rng(3)
    grey = {
        "white": np.full((height, width), 255),
        "black": np.zeros((height, width)),
        "stripes": 255 * (x // 12 % 2),
        "checks": 255 * ((x // 40 + y // 40) % 2),
        "half": 255 * (x > width * 0.8),
        "middle": np.full((height, width), 148),
        "noise": rng.integers(0, 256, (height, width)),
    }
    made = {name: np.repeat(values[..., None], 3, axis=2).astype(np.uint8) for name, values in grey.items()}
    made["colour noise"] = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    made["gel"] = np.stack([255 * x / width, 0 * x, 255 * y / height], axis=2).astype(np.uint8)
    return made


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("ground", sorted(grounds(8, 8)))
def test_ink_and_plate_keep_their_contrast_in_the_file(
    ground: str, picture_format: str, labelled: Label, decoded: Decode
) -> None:
    size = (413, 579)
    light = visible.luminance(
        decoded(labelled(grounds(*size)[ground], format=picture_format, language="en").data)
    )
    layout = visible.lay_out(*size, language="en", faces=[])
    mask = layout.lettering.mask
    tx, ty, tw, th = layout.text
    text = light[ty : ty + th, tx : tx + tw]
    for x, y, width, height in layout.lettering.glyphs:
        glyph = np.s_[y : y + height, max(0, x - 3) : x + width + 3]  # an I fills its own box
        ink, plate = np.median(text[glyph][mask[glyph] > 0.9]), np.median(text[glyph][mask[glyph] < 0.05])
        assert (max(ink, plate) + 0.05) / (min(ink, plate) + 0.05) >= visible.CONTRAST


@pytest.mark.parametrize("ground", sorted(grounds(8, 8)))
def test_the_drawn_contrast_holds_at_the_worst_pixel(ground: str) -> None:
    layout = visible.lay_out(413, 579, language="zh", faces=[])
    x, y, w, h = layout.text
    light = visible.luminance(visible.draw(grounds(413, 579)[ground], language="zh", faces=[]))[
        y : y + h, x : x + w
    ]
    ink, plate = light[layout.lettering.mask > 0.99], light[layout.lettering.mask == 0]
    if ink.mean() > plate.mean():
        assert (ink.min() + 0.05) / (plate.max() + 0.05) >= visible.CONTRAST
    else:
        assert (plate.min() + 0.05) / (ink.max() + 0.05) >= visible.CONTRAST


def test_only_the_plate_differs_and_the_picture_given_is_untouched(backdrop: Make) -> None:
    plain = backdrop(640, 960)
    before = plain.copy()
    drawn = visible.draw(plain, language="zh", faces=[])
    x, y, w, h = visible.lay_out(640, 960, language="zh", faces=[]).plate
    assert np.array_equal(plain, before)
    drawn[y : y + h, x : x + w] = plain[y : y + h, x : x + w]
    assert np.array_equal(drawn, plain)
