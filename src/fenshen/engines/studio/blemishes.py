"""Spots on the skin: which are the sitter's own, and which only passed by.

A spot is temporary only when other takes show its place plainly and do not show it. Everything else stays: a mole
that was taken away is a lie about a face, a pimple that was left is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from fenshen.double.double import OpenDouble
from fenshen.double.own_face import OwnFace
from fenshen.double.take import Take
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear

SIZES: Final = (0.006, 0.010, 0.016)  # radii of spots looked for, in face widths
STANDS_OUT: Final = 0.045  # log light by which a spot is darker or redder than the ring around it
STILL_THERE: Final = 0.4  # of its contrast: what another take must show for a spot to count as seen again
WITNESSES: Final = 2  # takes that must see the place and not the spot
ASTRAY: Final = 0.022  # face widths by which meshes of two takes may disagree about a place
FACING: Final = 0.5  # cosine to the viewer below which skin is seen too flatly to tell
MOST_SPOTS: Final = 40
ACROSS: Final = 300  # pixels of face width at which spots are looked for
SMALLEST: Final = 1.2  # pixels: radius below which another take cannot show a spot
ALONE: Final = (
    0.5  # of its contrast: what the ring around a spot may show; lines, stubble and freckles have company
)


Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A small dark or red place of the face, tied to the mesh."""

    corners: tuple[int, int, int]  # mesh points around it
    weights: tuple[float, float, float]  # barycentric; sum to 1
    radius: float  # face widths
    contrast: float  # log light

    def on(self, points: Floats) -> tuple[float, float]:
        """Where it lies on another mesh of the same face. points: (478, 3)."""
        x, y = floats(self.weights) @ points[list(self.corners), :2]
        return float(x), float(y)


def told_apart(take: Take, double: OpenDouble) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """The spots of a take that only passed by, and those that stay: the sitter's marks, and all that nobody is sure of.

    A spot only passed by when WITNESSES see its place, nobody sees the spot, and it is none of the lasting marks.
    """
    marks = lasting(double.face)
    witnesses = [other for other in double.takes if other.photo != take.photo]
    spots = spots_of(take)
    if len(witnesses) < WITNESSES or not spots:
        return (), (*spots, *marks)
    plain = [plainly_seen(other) for other in witnesses]
    gone: list[Spot] = []
    kept = list(marks)
    for spot in spots:
        answers = [again(spot, *each) for each in zip(witnesses, plain, strict=True)]
        alone = answers.count(False) >= WITNESSES and not answers.count(True)
        (gone if alone and not _marked(spot, marks, take) else kept).append(spot)
    return tuple(gone), tuple(kept)


def lasting(face: OwnFace) -> list[Spot]:
    """The sitter's lasting marks, tied to the mesh."""
    corners = face.uv[face.triangles]  # (n, 3, 2)
    edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], -1).astype(np.float64)
    area = np.linalg.det(edges)
    whole = np.flatnonzero(np.abs(area) > 1e-12)  # noqa: PLR2004 - nothing lies in a flat triangle
    across = max(1e-6, float(np.ptp(face.uv[list(regions.OVAL), 0])))
    spots = []
    for mark in face.marks:
        away = (mark.u, mark.v) - corners[whole, 0]
        share = np.linalg.solve(edges[whole], away[..., None].astype(np.float64))[..., 0]
        weights = np.column_stack([1 - share.sum(1), share])
        best = int(weights.min(1).argmax())
        if weights[best].min() > -0.05:  # noqa: PLR2004 - else it lies beside the mesh
            a, b, c = face.triangles[whole[best]].tolist()
            first, second, third = weights[best].tolist()
            contrast = mark.contrast * float(np.log(2))
            spots.append(
                Spot(
                    corners=(a, b, c),
                    weights=(first, second, third),
                    radius=mark.radius / across,
                    contrast=contrast,
                )
            )
    return spots


def _marked(spot: Spot, marks: Sequence[Spot], take: Take) -> bool:
    """Whether a spot is one of the lasting marks."""
    x, y = spot.on(take.points)
    width = face_width(take.points)
    places = [(mark.on(take.points), mark.radius) for mark in marks]
    return any(np.hypot(x - u, y - v) < (ASTRAY + spot.radius + radius) * width for (u, v), radius in places)


def spots_of(take: Take) -> list[Spot]:
    """Round spots on a take's bare skin, the plainest first."""
    small, points = _face_of(take)
    skin = regions.bare_skin(points, small.shape[:2]) > 0
    width = face_width(points)
    tones = _tones(small)
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for radius in SIZES:
        sigma = max(0.8, 0.7 * radius * width)
        answer = stands_out(tones, sigma)
        top = (answer == cv2.dilate(answer, np.ones((5, 5)))) & (answer > STANDS_OUT) & skin
        top &= cv2.dilate(answer, _ring(radius * width)) < ALONE * answer
        for y, x in np.argwhere(top).tolist():
            if answer[y, x] > found.get((y, x), (0.0, 0.0))[0]:
                found[y, x] = (float(answer[y, x]), radius)
    strongest = sorted(found.items(), key=lambda each: -each[1][0])[:MOST_SPOTS]
    return _tied(_apart(strongest, width), points)


def _face_of(take: Take) -> tuple[RGB, Floats]:
    """A take's face, at most ACROSS pixels wide, and the mesh in it."""
    oval = take.points[list(regions.OVAL), :2]
    left, top = np.maximum(np.floor(oval.min(0)), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(oval.max(0)), take.alpha.shape[::-1]).astype(int).tolist()
    piece = take.foreground[top : max(bottom, top + 1), left : max(right, left + 1)]
    scale = min(1.0, ACROSS / face_width(take.points))
    size = tuple(max(1, round(side * scale)) for side in piece.shape[1::-1])
    points = floats((take.points - floats([left, top, 0])) * np.float32(scale))
    return np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), np.uint8), points


def again(spot: Spot, other: Take, plain: Bools) -> bool | None:
    """Whether another take shows the spot too; None when it cannot tell. plain: see `plainly_seen`."""
    width = face_width(other.points)
    x, y = spot.on(other.points)
    scale = ACROSS / width
    row, column = (int(v * plain.shape[1] / other.alpha.shape[1]) for v in (y, x))
    inside = 0 <= row < plain.shape[0] and 0 <= column < plain.shape[1]
    if spot.radius * width < SMALLEST or not inside or not plain[row, column]:
        return None
    reach = (ASTRAY + 4 * spot.radius) * width
    left, top, right, bottom = (round(v) for v in (x - reach, y - reach, x + reach, y + reach))
    if left < 0 or top < 0 or right > other.alpha.shape[1] or bottom > other.alpha.shape[0]:
        return None
    piece = other.foreground[top:bottom, left:right]
    side = max(8, round(2 * reach * scale))
    tones = _tones(np.asarray(cv2.resize(piece, (side, side), interpolation=cv2.INTER_AREA), np.uint8))
    answer = stands_out(tones, max(0.8, 0.7 * spot.radius * ACROSS))
    middle, near = side / 2, max(2.0, (ASTRAY + spot.radius) * ACROSS)
    ys, xs = np.ogrid[0:side, 0:side]
    return bool(answer[np.hypot(xs - middle, ys - middle) <= near].max() > STILL_THERE * spot.contrast)


def plainly_seen(take: Take) -> Bools:
    """Where a take's skin is bare and turned to the viewer. (h, w) as its normals."""
    factor = take.normals.shape[1] / take.alpha.shape[1]
    skin = regions.bare_skin(floats(take.points * np.float32(factor)), take.normals.shape[:2])
    return np.asarray((skin > 0) & (take.normals[..., 2] > FACING))


def stands_out(tones: Floats, sigma: float) -> Floats:
    """By how much each place is darker or redder than the ring around it, log light. tones: (h, w, 2)."""
    near, far = (cv2.GaussianBlur(tones, (0, 0), s) for s in (sigma, 2.2 * sigma))
    over = far - near
    return floats(np.maximum(over[..., 0], over[..., 1]))  # over so few numpy's own maximum is slow


def face_width(points: Floats) -> float:
    """Width of a mesh's oval in its own pixels."""
    return max(1.0, float(np.ptp(points[list(regions.OVAL), 0])))


def _tones(srgb: RGB) -> Floats:
    """Log luminance, and log green over red: both fall where skin is dark, the second where it is red. (h, w, 2)."""
    light = np.maximum(to_linear(srgb), 4e-3)
    return floats(np.stack([np.log(light @ LUMINANCE), np.log(light[..., 1] / light[..., 0])], -1))


def _ring(radius: float) -> RGB:
    """Where a spot of this radius (pixels) has its surroundings: a kernel, 0 or 1."""
    reach = round(4 * radius) + 1
    ys, xs = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    away = np.hypot(xs, ys)
    return np.asarray((away >= 2 * radius + 1) & (away <= reach), np.uint8)


def _apart(
    found: list[tuple[tuple[int, int], tuple[float, float]]], width: float
) -> list[tuple[tuple[int, int], tuple[float, float]]]:
    """Of spots that lie on one another the plainest."""
    kept: list[tuple[tuple[int, int], tuple[float, float]]] = []
    for (y, x), strength in found:
        if all(np.hypot(y - v, x - u) > (strength[1] + other[1]) * width for (v, u), other in kept):
            kept.append(((y, x), strength))
    return kept


def _tied(found: list[tuple[tuple[int, int], tuple[float, float]]], points: Floats) -> list[Spot]:
    """Tie places to the mesh by the triangle of its points they lie in."""
    if not found:
        return []
    net = Delaunay(points[:468, :2])
    places = floats([(x, y) for (y, x), _ in found])
    spots = []
    for place, triangle, (_, (contrast, radius)) in zip(
        places, net.find_simplex(places).tolist(), found, strict=True
    ):
        if triangle >= 0:
            turn = net.transform[triangle]
            first = turn[:2] @ (place - turn[2])
            weights = (float(first[0]), float(first[1]), float(1 - first.sum()))
            a, b, c = net.simplices[triangle].tolist()
            spots.append(Spot(corners=(a, b, c), weights=weights, radius=radius, contrast=contrast))
    return spots
