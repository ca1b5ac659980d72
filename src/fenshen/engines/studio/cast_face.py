"""Which of a sitter's takes can be seen in a cover, and where the camera stands then."""

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.take import Take
from fenshen.engines.engine import RenderOptions, UnsuitedError
from fenshen.engines.studio.bare_head import BareHead, bare_head
from fenshen.engines.studio.casting import penalty
from fenshen.engines.studio.framing import Window
from fenshen.engines.studio.posing import cast
from fenshen.engines.studio.workbench import NO_BENCH, Workbench
from fenshen.templates.recipe import Framing, Template
from fenshen.vision import regions

TURNED: Final = (16.0, 20.0, 14.0)  # degrees of yaw, pitch, roll beyond which a face looks past its opening
POOR: Final = 3.5  # penalty of a take beyond which it would be cast for nothing else either
EDGE: Final = 0.01  # of a photo's size: a face that comes nearer to its frame is cut off
FAULTS: Final = ("turned", "cut", "poor")


class FaceNotFrontalError(UnsuitedError):
    """No photo shows the face so straight and whole that it can be seen in a hood or a helmet.

    Facts: ``template``, ``turned``, ``cut``, ``poor`` (how many photos fail by what).
    """

    code = "face_not_frontal"


def cast_face(
    double: OpenDouble, template: Template, options: RenderOptions, size: tuple[int, int], bench: Workbench = NO_BENCH
) -> BareHead:  # fmt: skip
    """The take that suits a template best among those that look out of its opening. Raises FaceNotFrontalError."""
    refused = {take.photo: fault for take in double.takes if (fault := fault_of(take, template, double))}
    if len(refused) == len(double.takes):
        faults = list(refused.values())
        raise FaceNotFrontalError(template=template.name, **{name: faults.count(name) for name in FAULTS})
    for used_up in (options.without, ()):  # a photo that served already is better than none
        without = (*refused, *used_up)
        take = cast(double, template, replace(options, without=without), size, bench)
        if take.photo not in without:
            break
    return bench.once(take, partial(bare_head, take), "bare")


def fault_of(take: Take, template: Template, double: OpenDouble) -> str | None:
    """Why a take cannot be seen in a cover, or None."""
    if any(abs(angle) > most for angle, most in zip((take.yaw, take.pitch, take.roll), TURNED, strict=True)):
        return "turned"
    if penalty(take, template.wish, double) > POOR:
        return "poor"
    return "cut" if _cut(take) else None


def _cut(take: Take) -> bool:
    """Whether the photo's frame cuts the face itself; what else of a head it cuts, the cover hides."""
    height, width = take.alpha.shape
    oval = take.points[list(regions.OVAL), :2] / np.array([width, height])
    return bool((oval < EDGE).any() or (oval > 1 - EDGE).any())


def face_window(take: Take, framing: Framing, size: tuple[int, int]) -> Window:
    """The window that a template asks for, to the pixel: of the body and the crown nothing is seen.

    size: (width, height) out.
    """
    oval = take.points[list(regions.OVAL), :2]
    eyes = take.points[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL], :2].mean(0)
    height = float(np.ptp(oval[:, 1])) / framing.face_height
    width = height * size[0] / size[1]
    middle = float(oval[:, 0].min() + oval[:, 0].max()) / 2
    return Window(
        x=middle - framing.centre * width,
        y=float(eyes[1]) - framing.eye_line * height,
        width=width,
        height=height,
    )
