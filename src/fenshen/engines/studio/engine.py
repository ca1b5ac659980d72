"""The studio engine: the sitter's own pixels, relit, on an ordinary CPU."""

from functools import partial
from typing import Final

import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.engines.cards import STUDIO
from fenshen.engines.engine import MOST_PRESSES, Origin, RenderedPortrait, RenderOptions
from fenshen.engines.studio.backdrop import half_of, paint
from fenshen.engines.studio.bands import meanwhile
from fenshen.engines.studio.bare_head import BareHead
from fenshen.engines.studio.beautify import beautified, spots
from fenshen.engines.studio.by_hand import by_hand
from fenshen.engines.studio.cast_face import cast_face, face_window
from fenshen.engines.studio.compose import compose
from fenshen.engines.studio.cover import cover
from fenshen.engines.studio.dressing import cast_bare
from fenshen.engines.studio.easing import eased
from fenshen.engines.studio.facing import face_on
from fenshen.engines.studio.framing import Window, choose_window
from fenshen.engines.studio.grain import shared
from fenshen.engines.studio.lens import camera_distance, defocus
from fenshen.engines.studio.look import develop
from fenshen.engines.studio.plate import plate
from fenshen.engines.studio.posing import cast
from fenshen.engines.studio.rig import turned_to
from fenshen.engines.studio.scenery import generated, hung
from fenshen.engines.studio.sitter import Posed, pose
from fenshen.engines.studio.steps import Steps
from fenshen.engines.studio.wearing import wear
from fenshen.engines.studio.workbench import Workbench
from fenshen.templates.recipe import Mode, Rig, Template
from fenshen.vision import regions
from fenshen.vision.arrays import Floats

UNDRESS: Final = {"head": cast_bare, "face": cast_face}
MADE_OF: Final[dict[Mode, Origin]] = {
    "own body": Origin.OWN_PIXELS, "head": Origin.OWN_HEAD, "face": Origin.OWN_FACE
}  # fmt: skip


class StudioEngine:
    """Engine on CPU. See `Engine` for its promises."""

    card: Final = STUDIO

    def __init__(self, bench: Workbench | None = None) -> None:
        """Work at a bench: what it keeps is worked out once for all pictures of a run, and outlives each of them.

        Without one, every picture has a bench of its own.
        """
        self._bench = bench

    def render(self, double: OpenDouble, template: Template, options: RenderOptions, /) -> RenderedPortrait:
        """1. cast a take  2. place the camera  3. light the sitter  4. hang the backdrop  5. compose  6. develop."""
        template = eased(template, options.closer)
        size, bench = picture_size(template.aspect, options.short_side), self._bench or Workbench()
        rng, steps = np.random.default_rng(options.seed), Steps(wanted=options.explain)
        bare = UNDRESS[template.mode](double, template, options, size, bench) if template.plate else None
        take = bare.lit if bare else cast(double, template, options, size, bench)  # (1)
        seen_through = face_window if template.mode == "face" else choose_window
        window = seen_through(bare.take if bare else take, template.framing, size)  # (2)
        behind = meanwhile(partial(_behind, template, size, rng))  # nobody else throws these dice meanwhile
        amount = options.beautify * (1 - options.closer / MOST_PRESSES)
        looked_at = meanwhile(partial(spots, take, double, bench)) if amount > 0 else None
        rig = turned_to(template.rig, take.light)
        posed = pose(take, window, size, rig, double)  # (3)
        steps.take(take, window, size)
        steps.note("layer_light", posed.linear, posed.alpha)
        if looked_at is not None:
            looked_at()
        posed = beautified(posed, take, double, amount, bench)
        steps.note("layer_retouch", posed.linear, posed.alpha)
        if bare:
            posed = _put_on(posed, bare, template, window, rig, double)
            steps.note("layer_dressed", posed.linear, posed.alpha)
        backdrop = behind()  # (4)
        backdrop = shared(backdrop, posed.linear, posed.alpha, size[0] / window.width, rng)
        steps.note("layer_backdrop", backdrop)
        light = compose(posed.linear, posed.alpha, backdrop, wrap=template.backdrop.wrap)  # (5)
        steps.note("layer_composed", light)
        pixels = develop(light, template.lens, template.look, rng)  # (6)
        if template.hand is not None:
            pixels = by_hand(pixels, template.hand, posed.points, rng)
        return RenderedPortrait(
            pixels=pixels,
            faces=(_face_box(posed),),
            photo=take.photo,
            origin=_origin(template),
            layers=steps.layers,
        )


def _behind(template: Template, size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """What hangs behind the sitter, out of focus: (H, W, 3) linear."""
    lens = template.lens
    blur = defocus(lens, camera_distance(lens, template.framing.face_height), template.backdrop.distance)
    return paint(template.backdrop, size, blur, lens.blades, rng, hung(template, half_of(size)))


def _put_on(
    posed: Posed, bare: BareHead, template: Template, window: Window, rig: Rig, double: OpenDouble
) -> Posed:
    """The sitter's head on a garment, or their face in a cover."""
    name = template.plate or ""
    if template.mode == "face":
        return face_on(posed, bare, cover(name, template.dyes), window, rig)
    return wear(posed, bare, plate(name, template.dyes), window, rig, double.skin)


def _origin(template: Template) -> Origin:
    """What a picture of this template is made of."""
    if generated(template):
        return Origin.OVER_GENERATED
    return MADE_OF[template.mode]


def picture_size(aspect: float, short_side: int) -> tuple[int, int]:
    """Width and height in pixels, both even."""
    width, height = (short_side, short_side / aspect) if aspect <= 1 else (short_side * aspect, short_side)
    return 2 * round(width / 2), 2 * round(height / 2)


def _face_box(posed: Posed) -> tuple[float, float, float, float]:
    oval = posed.points[list(regions.OVAL), :2]
    low, high = oval.min(0), oval.max(0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])
