"""Several people in one picture: each lit by the one rig, one before the other, one grain over all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import MOST_PRESSES, EngineCard, Origin, RenderedGroup, RenderOptions
from fenshen.engines.studio.backdrop import half_of, paint
from fenshen.engines.studio.beautify import beautified
from fenshen.engines.studio.compose import compose
from fenshen.engines.studio.engine import StudioEngine, picture_size
from fenshen.engines.studio.lamp import towards
from fenshen.engines.studio.lens import camera_distance, defocus
from fenshen.engines.studio.look import develop
from fenshen.engines.studio.rig import key_of, turned_to
from fenshen.engines.studio.scenery import generated, hung
from fenshen.engines.studio.seating import (
    Camera,
    Sat,
    choose_camera,
    place,
    running_out,
    seated,
    spread_out,
    window_of,
)
from fenshen.engines.studio.sitter import Posed, pose
from fenshen.templates.group import GroupTemplate, Layout
from fenshen.templates.recipe import Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

REACH: Final = (6.0, 3.2, 7.0)  # eye distances that a person's box reaches to the sides, up and down
CONTACT: Final = 0.85  # of the light that whoever stands close before somebody takes from them
THROWN: Final = (0.1, 0.75)  # eye distances: how far that shadow lies aside, how soft it is


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One person in the picture's pixels."""

    box: tuple[int, int, int, int]  # left, top, width, height
    posed: Posed  # in the box
    order: int
    photo: int


class GroupStudio:
    """The studio engine for several people. Keeps nothing, like `StudioEngine`; deterministic like it."""

    card: Final[EngineCard] = StudioEngine.card

    def render(
        self,
        doubles: Sequence[OpenDouble],
        template: GroupTemplate,
        layout: Layout,
        options: RenderOptions,
        without: Sequence[tuple[int, ...]] = (),
        /,
    ) -> RenderedGroup:
        """1. seat everybody  2. place the camera  3. light each by one rig  4. one before the other  5. develop."""
        refused = without or ((),) * len(doubles)
        people = [
            seated(double, seat, layout, not_these)
            for double, seat, not_these in zip(doubles, layout.seats, refused, strict=True)
        ]
        people = spread_out(people)  # (1)
        size = picture_size(layout.aspect, options.short_side)
        rng = np.random.default_rng(options.seed)
        camera = choose_camera(people, layout, size[1])  # (2)
        people = running_out(people, camera, layout.aspect)
        rig = one_rig(template.rig, people)
        layers = [_layer(sat, camera, size, rig, options) for sat in people]  # (3)
        linear, alpha = stacked(layers, size, camera.pixels, rig)  # (4)
        lens = template.lens
        away = camera_distance(lens, 2.65 / camera.tall)
        blur = defocus(lens, away, template.backdrop.distance)
        picture = hung(template, half_of(size))
        backdrop = paint(template.backdrop, size, blur, lens.blades, rng, picture)
        light = compose(linear, alpha, backdrop, wrap=template.backdrop.wrap)
        pixels = develop(light, lens, template.look, rng)  # (5)
        return RenderedGroup(
            pixels=pixels,
            faces=tuple(_face_box(layer) for layer in layers),
            photos=tuple(layer.photo for layer in layers),
            origin=Origin.OVER_GENERATED if generated(template) else Origin.OWN_PIXELS,
        )


def one_rig(rig: Rig, people: Sequence[Sat]) -> Rig:
    """The rig, or its mirror image when that suits the light of most photos: all stand in the same light."""
    turned = [turned_to(rig, each.take.light) for each in people]
    mirrored = [each for each in turned if each is not rig]
    return mirrored[0] if 2 * len(mirrored) > len(people) else rig


def _layer(sat: Sat, camera: Camera, size: tuple[int, int], rig: Rig, options: RenderOptions) -> _Layer:
    x, y = place(sat, camera)
    aside, up, down = (reach * camera.pixels for reach in REACH)
    left, top = max(0, round(x - aside)), max(0, round(y - up))
    right, bottom = min(size[0], round(x + aside)), min(size[1], round(y + down))
    box = (left, top, right - left, bottom - top)
    window = window_of(sat, camera, box)
    posed = pose(sat.take, window, box[2:], rig, sat.double)
    posed = beautified(posed, sat.take, sat.double, options.beautify * (1 - options.closer / MOST_PRESSES))
    return _Layer(box=box, posed=posed, order=sat.seat.order, photo=sat.take.photo)


def stacked(layers: Sequence[_Layer], size: tuple[int, int], unit: float, rig: Rig) -> tuple[Floats, Floats]:
    """Everybody, those in front last: light (H, W, 3), not premultiplied, and alpha (H, W).

    unit: pixels of an eye distance.
    """
    light = np.zeros((size[1], size[0], 3), np.float32)
    alpha = np.zeros((size[1], size[0]), np.float32)
    key = key_of(rig)
    aside = -np.sign(float(towards(key)[0])) if key else 0.0
    for layer in sorted(layers, key=lambda each: each.order):
        left, top, width, height = layer.box
        here = np.s_[top : top + height, left : left + width]
        cover = layer.posed.alpha
        whole = np.zeros(alpha.shape, np.float32)
        whole[here] = cover
        light *= (1 - CONTACT * _thrown(whole, unit, float(aside)) * (1 - whole))[..., None]
        light[here] = light[here] * (1 - cover[..., None]) + layer.posed.linear * cover[..., None]
        alpha[here] = alpha[here] * (1 - cover) + cover
    return floats(light / np.maximum(alpha, 1e-4)[..., None]), alpha


def _thrown(cover: Floats, unit: float, aside: float) -> Floats:
    """The soft shadow that somebody throws on who is close behind, (H, W) 0..1."""
    step = max(1, round(unit / 12))
    small = cv2.resize(cover, (cover.shape[1] // step, cover.shape[0] // step), interpolation=cv2.INTER_AREA)
    far = THROWN[0] * unit / step
    moved = cv2.warpAffine(small, floats([[1, 0, far * aside], [0, 1, 0.5 * far]]), small.shape[::-1])
    soft = cv2.GaussianBlur(moved, (0, 0), 0.5 * THROWN[1] * unit / step)
    return floats(cv2.resize(soft, cover.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _face_box(layer: _Layer) -> tuple[float, float, float, float]:
    oval = layer.posed.points[list(regions.OVAL), :2] + (layer.box[0], layer.box[1])
    low, high = oval.min(0), oval.max(0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])
