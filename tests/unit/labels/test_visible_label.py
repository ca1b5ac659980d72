"""The visible label's geometry (GB 45438, 5.2), measured on the mask and on the file that leaves, in every design."""

from collections.abc import Callable
from itertools import product
from math import ceil

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fenshen.labels import visible
from fenshen.labels.corner import CORNERS
from fenshen.labels.lettering import WORDS, Language, Lettering, set_type, turned
from fenshen.labels.write import LabelledPicture

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]
Decode = Callable[[bytes], Picture]

SIZES = [
    (160, 220), (200, 200), (220, 160), (260, 378), (295, 413), (358, 441), (390, 567), (413, 579), (480, 640),
    (600, 400), (400, 1000), (1000, 400), (640, 960), (720, 720), (768, 1024), (900, 1200), (1024, 1024),
    (1024, 1536), (1200, 800), (1051, 1500),
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


def read_back(file: Picture, layout: visible.Layout) -> tuple[float, list[int]]:
    """Match the known mask against a decoded file, wherever it lies best near the plate.

    Gives the correlation and the ink height of every glyph, measured across the reading direction: the pixels of its
    box that are nearer to the ink than to the ground.
    """
    x, y, w, h = layout.plate
    light = np.asarray(cv2.cvtColor(file[y : y + h, x : x + w], cv2.COLOR_RGB2GRAY), np.float32)
    if layout.place == "right":
        light = np.ascontiguousarray(np.rot90(light))
    words = upright(layout)
    match = np.abs(cv2.matchTemplate(light, words.mask, cv2.TM_CCOEFF_NORMED))
    top, left = np.unravel_index(int(match.argmax()), match.shape)
    found = light[top : top + words.mask.shape[0], left : left + words.mask.shape[1]]
    ink, ground = np.median(found[words.mask > 0.95]), np.median(found[words.mask == 0])
    nearer = np.abs(found - ink) < np.abs(found - ground)
    boxes = [nearer[gy : gy + gh, gx : gx + gw] for gx, gy, gw, gh in words.glyphs]
    return float(match.max()), [int(np.count_nonzero(box.any(axis=1))) for box in boxes]


def upright(layout: visible.Layout) -> Lettering:
    """The layout's words as they are read."""
    if layout.place != "right":
        return layout.lettering
    height = layout.lettering.mask.shape[1]
    boxes = tuple((y, height - x - w, h, w) for x, y, w, h in layout.lettering.glyphs)
    return Lettering(mask=np.ascontiguousarray(np.rot90(layout.lettering.mask)), glyphs=boxes)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("ink", [10, 11, 15, 16, 21, 37, 52, 64, 65, 78, 104, 155, 205])
def test_every_glyph_of_the_mask_is_as_tall_as_asked(language: Language, ink: int) -> None:
    lettering = set_type(language, ink)
    assert len(lettering.glyphs) == len(WORDS[language].replace(" ", ""))
    for x, y, width, height in lettering.glyphs:
        glyph = lettering.mask[y : y + height, x : x + width]
        assert np.count_nonzero((glyph >= 0.5).any(axis=1)) >= ink


@pytest.mark.parametrize("design", visible.DESIGNS)
@pytest.mark.parametrize(("number", "size"), list(enumerate(SIZES)))
def test_every_glyph_in_the_file_is_a_twentieth_of_the_short_side(
    number: int,
    size: tuple[int, int],
    design: visible.Design,
    backdrop: Make,
    labelled: Label,
    decoded: Decode,
) -> None:
    """20 sizes x 3 designs, and in each 3 formats x 2 languages: 360 files."""
    plain, face = backdrop(*size, COLOURS[number % len(COLOURS)]), face_of(*size)
    for picture_format, language in product(("JPEG", "PNG", "WEBP"), WORDS):
        file = decoded(
            labelled(plain, format=picture_format, language=language, faces=[face], design=design).data
        )
        layout = visible.lay_out(*size, language=language, faces=[face], design=design)
        assert file.shape[1::-1] == layout.size
        correlation, heights = read_back(file, layout)
        assert correlation > 0.9
        assert len(heights) == len(WORDS[language].replace(" ", ""))
        assert min(heights) >= ceil(0.05 * min(file.shape[:2]))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("design", visible.DESIGNS)
def test_a_picture_of_twelve_megapixels_is_labelled_as_strictly(
    design: visible.Design, language: Language, backdrop: Make, labelled: Label, decoded: Decode
) -> None:
    file = decoded(labelled(backdrop(3000, 4000), language=language, design=design).data)
    _, heights = read_back(file, visible.lay_out(3000, 4000, language=language, faces=[], design=design))
    assert min(heights) >= ceil(0.05 * min(file.shape[:2]))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("design", visible.DESIGNS)
@pytest.mark.parametrize("size", SIZES)
def test_the_label_lies_inside_the_frame_in_the_outer_fifth_off_the_face(
    size: tuple[int, int], design: visible.Design, language: Language
) -> None:
    layout = visible.lay_out(*size, language=language, faces=[face_of(*size)], design=design)
    (width, height), (x, y, w, h) = layout.size, layout.plate
    assert min(x, y) >= 0
    assert x + w <= width
    assert y + h <= height
    assert y >= 0.8 * height or y + h <= 0.2 * height or x >= 0.8 * width
    tx, ty, tw, th = layout.text
    assert x < tx
    assert y < ty
    assert tx + tw < x + w
    assert ty + th < y + h
    px, py, pw, ph = layout.picture
    assert (pw, ph) == size
    outside = tx >= px + pw or ty >= py + ph
    assert outside == (design != "corner")


def test_it_takes_the_next_free_corner() -> None:
    size = (1024, 1536)
    faces: list[visible.FaceBox] = []
    corners: list[str] = []
    for _ in range(4):
        layout = visible.lay_out(*size, language="zh", faces=faces)
        corners.append(layout.place)
        faces.append(layout.plate)
    assert tuple(corners) == CORNERS
    with pytest.raises(visible.NoRoomForLabelError):
        visible.lay_out(*size, language="zh", faces=faces)


@pytest.mark.parametrize("design", ["caption", "film"])
def test_a_face_that_fills_the_picture_is_no_hindrance_to_a_label_outside_it(design: visible.Design) -> None:
    assert visible.lay_out(400, 600, language="en", faces=[(0, 0, 400, 600)], design=design).picture[2:] == (
        400,
        600,
    )


@pytest.mark.parametrize("design", ["caption", "film"])
@pytest.mark.parametrize("colour", COLOURS)
def test_outside_designs_leave_every_pixel_of_the_picture_as_it_was(
    colour: tuple[int, int, int], design: visible.Design, backdrop: Make
) -> None:
    plain = backdrop(413, 579, colour)
    x, y, w, h = visible.lay_out(413, 579, language="en", faces=[], design=design).picture
    drawn = visible.draw(plain, language="en", faces=[], design=design)
    assert np.array_equal(drawn[y : y + h, x : x + w], plain)


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


@pytest.mark.parametrize("design", visible.DESIGNS)
@pytest.mark.parametrize("size", [(60, 40), (1, 1), (60, 2000), (2000, 60)])
def test_a_picture_too_small_for_a_legible_label_is_refused(
    size: tuple[int, int], design: visible.Design
) -> None:
    if (design, size) == ("caption", (2000, 60)):
        size = (70, 70)  # a caption below a strip of a picture is fine
    elif (design, size) == ("film", (60, 2000)):
        size = (70, 70)
    with pytest.raises(visible.NoRoomForLabelError):
        visible.lay_out(*size, language="en", faces=[], design=design)


@given(
    st.integers(20, 3000),
    st.integers(20, 3000),
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(visible.DESIGNS),
)
def test_whatever_the_shape_it_is_labelled_by_the_rule_or_refused_by_name(
    width: int, height: int, language: Language, design: visible.Design
) -> None:
    try:
        layout = visible.lay_out(width, height, language=language, faces=[], design=design)
    except visible.NoRoomForLabelError:
        return
    for x, y, w, h in upright(layout).glyphs:
        assert h >= 0.05 * min(layout.size)
        assert x + w <= upright(layout).mask.shape[1]
        assert y + h <= upright(layout).mask.shape[0]
    x, y, w, h = layout.text
    assert min(x, y) > 0
    assert x + w < layout.size[0]
    assert y + h < layout.size[1]


def test_turned_words_are_the_same_words() -> None:
    words = set_type("en", 40)
    once = turned(words)
    assert np.array_equal(np.rot90(once.mask), words.mask)
    for (x, y, w, h), (tx, ty, tw, th) in zip(words.glyphs, once.glyphs, strict=True):
        assert np.array_equal(
            np.rot90(once.mask[ty : ty + th, tx : tx + tw]), words.mask[y : y + h, x : x + w]
        )


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


@pytest.mark.parametrize("design", visible.DESIGNS)
@pytest.mark.parametrize("ground", sorted(grounds(8, 8)))
def test_ink_and_ground_keep_their_contrast_in_the_file(
    ground: str, design: visible.Design, labelled: Label, decoded: Decode
) -> None:
    size = (413, 579)
    layout = visible.lay_out(*size, language="en", faces=[], design=design)
    for picture_format in ("JPEG", "PNG", "WEBP"):
        file = labelled(grounds(*size)[ground], format=picture_format, language="en", design=design).data
        tx, ty, tw, th = layout.text
        text = visible.luminance(decoded(file))[ty : ty + th, tx : tx + tw]
        mask = layout.lettering.mask
        for x, y, width, height in layout.lettering.glyphs:
            # an I fills its own box: three pixels more on each side of it, along the line
            wide = np.s_[max(0, y - 3) : y + height + 3, max(0, x - 3) : x + width + 3]
            ink, plate = np.median(text[wide][mask[wide] > 0.9]), np.median(text[wide][mask[wide] < 0.05])
            assert (max(ink, plate) + 0.05) / (min(ink, plate) + 0.05) >= visible.CONTRAST


@pytest.mark.parametrize("design", visible.DESIGNS)
@pytest.mark.parametrize("ground", sorted(grounds(8, 8)))
def test_the_drawn_contrast_holds_at_the_worst_pixel(ground: str, design: visible.Design) -> None:
    layout = visible.lay_out(413, 579, language="zh", faces=[], design=design)
    x, y, w, h = layout.text
    drawn = visible.draw(grounds(413, 579)[ground], language="zh", faces=[], design=design)
    light = visible.luminance(drawn)[y : y + h, x : x + w]
    ink, plate = light[layout.lettering.mask > 0.99], light[layout.lettering.mask == 0]
    if ink.mean() > plate.mean():
        assert (ink.min() + 0.05) / (plate.max() + 0.05) >= visible.CONTRAST
    else:
        assert (plate.min() + 0.05) / (ink.max() + 0.05) >= visible.CONTRAST


def test_on_a_quiet_ground_only_the_words_are_drawn() -> None:
    plain = np.full((600, 400, 3), 20, np.uint8)
    layout = visible.lay_out(400, 600, language="zh", faces=[])
    changed = (visible.draw(plain, language="zh", faces=[]) != plain).any(axis=2)
    x, y, w, h = layout.text
    assert changed[y : y + h, x : x + w].sum() == changed.sum() > 0


def test_only_the_plate_differs_and_the_picture_given_is_untouched(backdrop: Make) -> None:
    plain = backdrop(640, 960)
    before = plain.copy()
    drawn = visible.draw(plain, language="zh", faces=[])
    x, y, w, h = visible.lay_out(640, 960, language="zh", faces=[]).plate
    assert np.array_equal(plain, before)
    drawn[y : y + h, x : x + w] = plain[y : y + h, x : x + w]
    assert np.array_equal(drawn, plain)
