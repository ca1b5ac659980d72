"""An ID photo from one photo: crop, scale, straighten, a plain background, and light if asked. Nothing else.

The face's pixels are the photo's own. Where the matte is certain nothing is painted over them, and the face itself
is certain by the mesh, whatever the matte says; after that they are only scaled.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fenshen.errors import FenshenError
from fenshen.photos.decode import Photo
from fenshen.portrait.id_checks import Measured, check_head, faults_of
from fenshen.portrait.id_frame import Frame, resampled, upright
from fenshen.portrait.id_framing import Placing, place, room_around, wished_head
from fenshen.portrait.id_head import Head, measure_head, roll_of
from fenshen.portrait.id_sizes import Colour, IdSize
from fenshen.portrait.id_subject import Subject
from fenshen.portrait.id_wall import without_wall
from fenshen.vision import faces, mesh, regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear, to_srgb
from fenshen.vision.matte import Matte, cut_out
from fenshen.vision.person import GLANCING_SIDE, person_probability, selfie_probability, steady_probability

FINER: Final = (1.0, 1.5)  # pixels of the frame per pixel of the ID photo, least and most
ENOUGH: Final = (
    640  # px of a frame's height at which hair is cut out well; a matte's time grows with its area
)
GLANCE: Final = 400  # px of the photo's longer side, to see roughly where the crown is
ROOM: Final = 0.12  # of the head's height: how much further than the ID photo a frame reaches
HEAD_IN_FACES: Final = 1.35  # crown to chin in forehead to chin, before the matte knows better
RIM: Final = 0.03  # of the face's width: so far inside its outline the face is certain
CUT: Final = 0.9  # alpha of a body that a photo's edge cuts off
HALF: Final = 0.5
NEARLY: Final = 0.85  # a frame that would be shrunk this little is not shrunk at all
EDGE: Final = 0.02  # of the picture's side: a cut shorter than this is no cut


class IdFaceLostError(FenshenError):
    """No face can be read in the finished ID photo, so nothing can be measured and it does not leave."""

    code = "id_face_lost"


class IdNoRoomError(FenshenError):
    """The photo does not reach as far as the ID photo does, and its own background was to be kept."""

    code = "id_no_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for."""

    size: IdSize
    background: Colour | None  # sRGB; None keeps the photo's own
    exposure: float = 0.0  # stops; 0 leaves every pixel as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class IdPhoto:
    """A finished ID photo and what was found out about it."""

    pixels: RGB = field(repr=False)
    alpha: Floats = field(repr=False)  # (H, W) 0..1, where the person is
    head: Head  # measured anew on the finished picture
    measured: tuple[Measured, ...]
    faults: tuple[str, ...]  # codes of broken rules
    warnings: tuple[str, ...]
    scale: float  # pixels of the ID photo per pixel of the original photo
    turned: float  # degrees that were taken back
    aimed: Head  # where the head was to go


def needed_scale(subject: Subject, size: IdSize) -> float:
    """Pixels of the frame per pixel of the photo that this size needs; above 1 a larger photo would serve better."""
    return _finer(size.px[1] * (1 + ROOM)) * _rough_scale(subject, size)


def make(photo: Photo, subject: Subject, wanted: Wanted, models: Path) -> IdPhoto:
    """1. cut an upright frame  2. find the person in it  3. place the head  4. plain background  5. scale  6. measure.

    photo: decoded as large as `needed_scale` asks for, if it is that large. Raises IdFaceLostError, IdNoRoomError.
    """
    keep = wanted.background is None
    frame = frame_of(photo.pixels, subject, wanted.size, models, keep=keep)  # (1)
    points = frame.bring(subject.mesh.points)
    matte = person_of(frame, points, models, is_plain=subject.is_plain)  # (2)
    head = measure_head(points, matte.alpha)
    room = room_around(head, matte.alpha, frame.inside, wanted.size, keep=keep)
    placing = place(head, wanted.size, room)  # (3)
    composed = compose(frame, matte, wanted)  # (4)
    pixels = _placed(composed, placing, wanted.size, wanted.background)  # (5)
    alpha = _share(_placed(_coded(matte.alpha), placing, wanted.size, (0, 0, 0)))
    covered = _share(_placed(_coded(frame.inside), placing, wanted.size, (0, 0, 0)))
    if keep and covered.min() < HALF:  # up to half a pixel the photo's edge is continued
        raise IdNoRoomError
    found = measured_anew(pixels, alpha, models)  # (6)
    measured = check_head(found, wanted.size)
    scale = placing.scale * frame.scale * photo.scale
    return IdPhoto(
        pixels=pixels,
        alpha=alpha,
        head=found,
        measured=measured,
        faults=faults_of(measured),
        warnings=_warnings(wanted, head, scale, alpha, covered),
        scale=scale,
        turned=float(np.degrees(np.arctan2(frame.matrix[0, 1], frame.matrix[0, 0]))),
        aimed=head.placed(placing.scale, placing.shift),
    )


def frame_of(rgb: RGB, subject: Subject, size: IdSize, models: Path, *, keep: bool) -> Frame:
    """The part of the photo that this size needs and some room around it, upright, no larger than useful.

    keep: see `room_around`.
    """
    points, roll = subject.mesh.points, roll_of(subject.mesh.points)
    oval = points[list(regions.OVAL), :2]
    centre = (float(oval[:, 0].mean()), float(oval[:, 1].mean()))
    everything = (float(max(rgb.shape)),) * 4
    glance = upright(rgb, roll, centre, everything, min(1.0, GLANCE / max(rgb.shape[:2])))
    there = glance.bring(points)
    person = selfie_probability(glance.pixels, models)
    head = measure_head(there, person)
    placing = place(head, size, room_around(head, person, glance.inside, size, keep=keep))
    small = placing.scale * glance.scale  # px of the ID photo per px of the photo
    room = ROOM * head.height / glance.scale
    x, y = (floats(placing.shift) + placing.scale * there[list(regions.OVAL)].mean(0)) / small
    width, height = (side / small for side in size.px)
    reach = (x + room, y + room, width - x + room, height - y + room)
    scale = small * _finer((height + 2 * room) * small)
    scale = 1.0 if scale > NEARLY else scale
    return upright(rgb, roll, centre, reach, scale)


def person_of(frame: Frame, points: Floats, models: Path, *, is_plain: bool) -> Matte:
    """Cut the person out of a frame; the face is certain by the mesh. points: (478, 2) px of the frame.

    is_plain: what is behind the head is even, so one net is enough; the second one costs as much as all the rest.
    """
    low, high = points.min(0), points.max(0)
    box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    person = steady_probability(frame.pixels, box, models)
    salient = person if is_plain else person_probability(frame.pixels, models, side=GLANCING_SIDE)
    matte = cut_out(frame.pixels, person, salient, box, quick=True)
    matte = without_wall(frame.pixels, matte, points)
    face = certain_face(points, frame.pixels.shape[:2])
    alpha = np.where(face, 1, matte.alpha * frame.inside)
    own = matte.foreground
    own[face] = frame.pixels[face]  # where else alpha is 1 it is the frame's already
    return Matte(alpha=floats(alpha), foreground=own)


def certain_face(points: Floats, size: tuple[int, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(H, W) whether a pixel lies surely inside the face's outline."""
    oval = regions.fill(points, regions.OVAL, (size[0], size[1]))
    radius = max(1, round(RIM * float(np.ptp(points[list(regions.OVAL), 0]))))
    inner = cv2.erode(oval, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8))
    return np.asarray(inner) > 0


def compose(frame: Frame, matte: Matte, wanted: Wanted) -> RGB:
    """The person before the plain background, (H, W, 3) sRGB; the frame as it is when its background is kept.

    Where alpha is 1 and no exposure is asked, every pixel is the frame's own, bit for bit.
    """
    person = matte.foreground if wanted.background is not None else frame.pixels
    if wanted.exposure:
        person = exposed(person, wanted.exposure)
    if wanted.background is None:
        return person
    band = (matte.alpha > 0) & (matte.alpha < 1)
    picture = person.copy()
    picture[matte.alpha <= 0] = wanted.background
    share = matte.alpha[band][:, None]
    picture[band] = np.rint(person[band] * share + floats(wanted.background) * (1 - share))
    return picture


def exposed(rgb: RGB, stops: float) -> RGB:
    """Brighten by so many stops, as a longer exposure would: in linear light. (H, W, 3) uint8 sRGB."""
    return np.asarray(np.rint(255 * to_srgb(floats(to_linear(rgb) * 2**stops))), np.uint8)


def measured_anew(pixels: RGB, alpha: Floats, models: Path) -> Head:
    """Measure the head of a finished picture by looking at it afresh. Raises IdFaceLostError."""
    found = faces.detect(pixels, models)
    if not found:
        raise IdFaceLostError
    return measure_head(mesh.fit(pixels, found[0], models).points, alpha)


def _finer(height: float) -> float:
    """Pixels of the frame per pixel of the ID photo, for a frame of this height in pixels of the ID photo."""
    return min(max(FINER[0], ENOUGH / height), FINER[1])


def _rough_scale(subject: Subject, size: IdSize) -> float:
    """Pixels of the ID photo per pixel of the photo, by the mesh alone."""
    top, chin = (subject.mesh.points[point, :2] for point in (regions.FOREHEAD, regions.CHIN))
    head = HEAD_IN_FACES * max(1.0, float(np.linalg.norm(chin - top)))
    return wished_head(size) / head


def _placed(picture: RGB, placing: Placing, size: IdSize, border: Colour | None) -> RGB:
    matrix = floats([[placing.scale, 0, placing.shift[0]], [0, placing.scale, placing.shift[1]]])
    return resampled(picture, matrix, size.px, border=border)


def _coded(share: Floats) -> RGB:
    return np.asarray(np.rint(255 * share), np.uint8)


def _share(coded: RGB) -> Floats:
    return floats(coded / np.float32(255))


def _warnings(wanted: Wanted, head: Head, scale: float, alpha: Floats, covered: Floats) -> tuple[str, ...]:
    there = {
        "id_enlarged": scale > 1,
        "id_crown_cut": head.crown <= 1,
        "id_crown_unsure": not head.is_crown_sure,
        "id_body_cut": wanted.background is not None and is_body_cut(alpha, covered),
    }
    return tuple(code for code, is_there in there.items() if is_there)


def is_body_cut(alpha: Floats, covered: Floats) -> bool:
    """Whether an edge of the photo, not of the ID photo, cuts the person off. Both (H, W) 0..1."""
    outside = np.asarray(cv2.dilate((covered < 1).astype(np.uint8), np.ones((5, 5), np.uint8))) > 0
    return bool(((alpha > CUT) & outside).sum() > EDGE * alpha.shape[1])
