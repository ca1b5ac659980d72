"""Finds what should not lie in a portrait: machine-readable codes, and cards of the size of ID and bank cards.

Nothing of what a code or a card says is kept: the answers are counts and yes or no.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from fenshen.vision import nets
from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.faces import Face
from fenshen.vision.shades import Shades

QR_AT, BARS_AT, CARDS_AT, TEXT_AT = 800, 800, 800, 1600
"""Longest edge in px at which QR codes, bar codes, cards and the text on a card are looked for: whole, or halved."""

GLANCE_AT, PATCH, HARD, CROWDED = 600, 48, 70, 0.42
"""The first glance: longest edge and side of a patch in px, the step in luma that makes an edge hard, and the share of
a patch that hard edges must fill. Of good photos 13 % have such a patch, of drawn codes all; the search costs 25 times
as much as the glance."""

CARD = 85.60 / 53.98
"""Width to height of an ID-1 card (ISO/IEC 7810): ID cards, bank cards, driving licences."""

SLANT = 0.22
"""How far the ratio may be off, as a share, for a card that is held at an angle."""

BARS = (240, 40)
"""px, width and height, to which a bar code is flattened before its bars are counted."""

FLAT = (432, 272)
"""px, width and height, to which a card is flattened before its face of text is looked at."""

SMALLEST, LARGEST = 0.012, 0.9
"""Area of a card, as a share of the picture; a smaller one cannot be read, a larger one is the picture's own edge."""

STEPS = (16, 5)
"""Steps in luma that make an edge: of a card on something darker, and of one on a white shirt.

Not Canny: on one thread OpenCV 4.14 writes beyond its memory when a picture is all edges, as a photo of a screen is.
"""

ROWS = 2
"""Rows of text that make a card of a rectangle."""

PRINTED, BEHIND, ASIDE = 0.2, 0.75, 0.15
"""Height of a face in a card's: of the smallest that is printed on one, and from which the shape lies around the face.
How far the largest face of the picture must be from the middle to be a print, in lengths of the card: ID cards have
their portrait at one end, a tiny photo on a large page has its face in the middle. Another face may be there: of a
card beside the sitter at times only the portrait's rim is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSeen:
    """A card-shaped thing in the picture."""

    share: float  # of the picture's area, 0..1
    rows: int  # of text on it
    has_face: bool  # a face is printed on it


def count_codes(shades: Shades) -> int:
    """Count QR codes and bar codes. Both are known by their shape and not read."""
    if not _has_crowded_patch(shades.at(GLANCE_AT)):
        return 0
    # Of 37 drawn codes the detector by markers finds all, the older one 30, in half the time.
    with nets.borrow("qr", cv2.QRCodeDetectorAruco) as qr:
        found, corners = qr.detectMulti(shades.at(QR_AT))
    return (len(corners) if found and corners is not None else 0) + _bar_codes(shades.at(BARS_AT))


def _bar_codes(gray: RGB) -> int:
    """Count what the detector takes for bars and is bars: the same from top to bottom, and many."""
    with nets.borrow("bars", cv2.barcode.BarcodeDetector) as bars:
        found, corners = bars.detectMulti(gray)
    if not found or corners is None:
        return 0
    return sum(_is_bars(gray, shape) for shape in np.asarray(corners, np.float32).reshape(-1, 4, 2))


def _is_bars(gray: RGB, corners: Floats) -> bool:
    wide, tall = BARS
    long_side_first = np.linalg.norm(corners[1] - corners[0]) >= np.linalg.norm(corners[2] - corners[1])
    start = corners if long_side_first else np.roll(corners, -1, axis=0)
    target = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    flat = cv2.warpPerspective(gray, cv2.getPerspectiveTransform(start, target), BARS).astype(np.float32)
    rows = flat[tall // 5 : -tall // 5]
    usual = rows.mean(0)
    if usual.std() < 5:  # noqa: PLR2004  (a wall)
        return False
    apart, here = rows - rows.mean(1, keepdims=True), usual - usual.mean()
    alike = (apart * here).mean(1) / (apart.std(1) * here.std() + 1e-6)
    changes = int((np.diff(np.sign(usual - cv2.blur(usual[None], (31, 1))[0])) != 0).sum())
    return bool(alike.mean() > 0.95 and changes >= 24)  # noqa: PLR2004  (an EAN-8 has 44, some of them blurred)


def _has_crowded_patch(gray: RGB) -> bool:
    strokes = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    hard = (strokes > HARD).astype(np.float32)
    crowd = cv2.boxFilter(hard, -1, (PATCH, PATCH), borderType=cv2.BORDER_CONSTANT)
    return float(crowd.max()) > CROWDED


def find_card(shades: Shades, faces: Sequence[Face]) -> CardSeen | None:
    """Find an ID or bank card: a quadrilateral of a card's shape that bears a small face or rows of text.

    faces: those of the picture, in its own pixels, the largest first.
    """
    small = shades.in_colour(CARDS_AT)
    scale = small.shape[1] / shades.whole.shape[1]
    seen = []
    for corners in _quadrilaterals(small):
        on_it = [_on(face, corners, scale, largest=face is faces[0]) for face in faces]
        if any(part == "behind" for part in on_it):
            continue  # a window, a poster or a hat brim around the face
        fine = shades.at(TEXT_AT)
        rows = _rows_of_text(_flattened(fine, corners * (fine.shape[1] / small.shape[1])))
        has_face = "on" in on_it
        if has_face or rows >= ROWS:
            share = float(cv2.contourArea(corners)) / (small.shape[0] * small.shape[1])
            seen.append(CardSeen(share=share, rows=rows, has_face=has_face))
    return max(seen, key=lambda card: (card.has_face, card.rows), default=None)


def _quadrilaterals(rgb: RGB) -> list[Floats]:
    """(4, 2) float32 corners, in order, of convex four-sided outlines with a card's proportions.

    An edge is one in any colour: a pale card before a white shirt has the shirt's luma somewhere along its rim.
    """
    size = rgb.shape[0] * rgb.shape[1]
    smooth = cv2.GaussianBlur(rgb, (5, 5), 0)
    outlines: list[cv2.typing.MatLike] = []
    red, green, blue = cv2.split(cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    strokes = cv2.max(cv2.max(red, green), blue)
    for step in STEPS:
        edges = cv2.threshold(strokes, step, 255, cv2.THRESH_BINARY)[1]
        outlines += cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    kept = []
    for outline in outlines:
        area = cv2.contourArea(outline)
        if area < SMALLEST * size:
            continue  # nearly all: go no further with them
        around = cv2.convexHull(outline)
        if cv2.contourArea(around) > LARGEST * size:
            continue
        shape = cv2.approxPolyDP(around, 0.03 * cv2.arcLength(around, closed=True), closed=True)
        if len(shape) == 4 and area > 0.85 * cv2.contourArea(around):  # noqa: PLR2004
            corners = shape.reshape(4, 2).astype(np.float32)
            if _has_cards_shape(corners):
                kept.append(corners)
    return kept


def _has_cards_shape(corners: Floats) -> bool:
    sides = [float(np.linalg.norm(b - a)) for a, b in pairwise([*corners, corners[0]])]
    across, along = sorted(((sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2))
    opposite = all(min(a, b) > 0.75 * max(a, b) for a, b in ((sides[0], sides[2]), (sides[1], sides[3])))
    return opposite and abs(along / max(across, 1.0) / CARD - 1) < SLANT


def _on(face: Face, corners: Floats, scale: float, *, largest: bool) -> str:
    """Where a face lies: "on" the card as its printed portrait, "behind" a larger shape, or "beside" what tells."""
    x, y, width, height = (side * scale for side in face.box)
    middle = np.array([x + width / 2, y + height / 2])
    if cv2.pointPolygonTest(corners, (float(middle[0]), float(middle[1])), measureDist=False) < 0:
        return "beside"
    share = height / float(np.sqrt(float(cv2.contourArea(corners)) / CARD))
    if share >= BEHIND:
        return "behind"
    longer = max(corners[1] - corners[0], corners[2] - corners[1], key=np.linalg.norm)
    aside = abs(float((middle - corners.mean(0)) @ longer)) / float(longer @ longer)
    return "on" if share > PRINTED and (aside > ASIDE or not largest) else "beside"


def _flattened(gray: RGB, corners: Floats) -> RGB:
    first, second = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[1])
    start = corners if first > second else np.roll(corners, -1, axis=0)
    width, height = FLAT
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.warpPerspective(gray, cv2.getPerspectiveTransform(start, target), FLAT), np.uint8)


def _rows_of_text(card: RGB) -> int:
    """Count the rows of text: strokes close together, wide and low, in more than one piece (small letters touch)."""
    inner = card[12:-12, 12:-12]
    strokes = cv2.morphologyEx(inner, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    dark = cv2.threshold(strokes, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    if cv2.mean(strokes, dark)[0] < 40:  # noqa: PLR2004  (nothing is printed here)
        return 0
    lines = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, 21), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
    rows = 0
    for x, y, width, height, area in stats[1:count]:
        letters = cv2.connectedComponents(dark[y : y + height, x : x + width])[0] - 1
        rows += (
            8 <= height <= 56 and width > 3.5 * height and area > 0.5 * width * height and letters >= 2  # noqa: PLR2004
        )
    return rows
