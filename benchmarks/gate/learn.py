"""Teaches the small net of ``vision.hidden`` what lies before a face, and says how well it tells it.

    python benchmarks/gate/learn.py DATA [-o hidden.npz]

It learns from people who do not exist: of ``DATA/synthetic`` and ``DATA/composite`` those half on which limits were
drawn (``looking.held_out``); no photo of a living person is looked at. Things are drawn before their faces by
``before.py``. The figures are of two people who are left out first; then all are learnt. Half an hour on two cores.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # showing.py

import cv2
import numpy as np
from before import Sight, filled
from dressing import dressed
from looking import MODELS, files_of, held_out
from numpy.typing import NDArray
from PIL import Image, ImageOps
from textures import Chance, Stock, Values

from fenshen.vision import faces, hidden, mesh, nets
from fenshen.vision.regions import LEFT_PUPIL, OVAL, RIGHT_PUPIL

UNIT = 110.0  # px between the pupils in the pictures that are learnt from
ROUNDS = range(28)  # each photo is dressed once in each; the numbers are seeds
SEED, NEURONS, EPOCHS, BATCH = 7, 32, 8, 1024
LEFT_OUT = {"synthetic/mei", "composite/f_african"}
BARE, COVERED = 0.08, 0.45  # share of a cell up to which it counts as bare, from which as covered
SLIPPED = 0.35  # eye distances by which the mesh may be off
INWARDS = 0.6  # share of a cell that must lie inside the face


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A photo cut out around its face at a fixed size."""

    person: str
    rgb: NDArray[np.uint8]
    points: Values  # (478, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the mesh's net knows of one dressed picture, and what covers each cell."""

    person: str
    inner: Sequence[Values]  # as ``hidden.layers`` gives them
    cover: Values  # (16, 16) 0..1, of the part of each cell that is face
    face: Values  # (16, 16) 0..1
    slip: float  # eye distances between the mesh and where it would be on the bare face


def sources(data: Path) -> tuple[list[Source], Stock]:
    """Cut out the faces, and pieces of their pictures as textures."""
    files = files_of(data)
    held, found, patches, skins = held_out(files), [], [], []
    for person, photos in files.items():
        if person in held or not person.startswith(("synthetic", "composite")):
            continue
        for file in photos:
            rgb = np.asarray(ImageOps.exif_transpose(Image.open(file)).convert("RGB"))
            face = faces.detect(rgb, MODELS)
            fitted = mesh.fit(rgb, face[0], MODELS) if face else None
            if not fitted or fitted.presence < 0.99 or abs(fitted.pose.yaw) > 55:  # noqa: PLR2004
                continue
            source = _cut_out(person, rgb, fitted)
            found.append(source)
            patches.append(np.asarray(cv2.resize(rgb, (300, int(300 * rgb.shape[0] / rgb.shape[1])))))
            for point in (151, 205, 425):
                x, y = source.points[point, :2].astype(int)
                patch = source.rgb[y - 14 : y + 14, x - 14 : x + 14]
                if patch.shape[:2] == (28, 28):
                    skins.append(patch)
    return found, Stock(patches=patches, skins=skins, own=np.zeros(3))


def _cut_out(person: str, rgb: NDArray[np.uint8], fitted: mesh.FaceMesh) -> Source:
    eyes = fitted.points[[LEFT_PUPIL, RIGHT_PUPIL]]
    scale = UNIT / float(np.linalg.norm(eyes[0] - eyes[1]))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small, points = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=how), fitted.points * scale
    reach, room = 2.5 * UNIT, 600
    x, y = (points[list(OVAL), :2].mean(0) - reach).astype(int)
    wide = cv2.copyMakeBorder(small, *[room] * 4, cv2.BORDER_REPLICATE)
    cut = wide[y + room : y + room + int(2 * reach), x + room : x + room + int(2 * reach)]
    return Source(
        person=person, rgb=np.asarray(cut), points=(points - np.array([x, y, 0])).astype(np.float32)
    )


def sample(source: Source, stock: Stock, chance: Chance) -> Sample:
    """Dress a face and look at it through the mesh's net, from a start that is a little off."""
    sight = Sight(points=source.points[:, :2], unit=UNIT, size=source.rgb.shape[:2])
    picture, cover, _ = dressed(chance, source.rgb, sight, stock)
    start = source.points + np.float32(chance.normal(0, 1.5, (1, 3))) * np.array([1, 1, 0], np.float32)
    middle = start[:, :2].mean(0)
    start[:, :2] = (start[:, :2] - middle) * chance.uniform(0.93, 1.07) + middle
    points, inner, cut = mesh.look_inside(np.asarray(picture, np.uint8), start.astype(np.float32), MODELS)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    face = filled(sight.size, sight.points[list(OVAL)])
    seen, inside = (cv2.warpAffine(each, cut, (256, 256), flags=flags) for each in (cover, face))
    cells, share = (
        np.asarray(cv2.resize(each, (16, 16), interpolation=cv2.INTER_AREA))
        for each in (seen * inside, inside)
    )
    slip = float(np.linalg.norm(points[:, :2] - sight.points, axis=1).mean()) / UNIT
    layers = [layer.astype(np.float16) for layer in hidden.layers(inner)]
    return Sample(
        person=source.person, inner=layers, cover=cells / np.maximum(share, 1e-3), face=share, slip=slip
    )


def samples(data: Path) -> Iterator[Sample]:
    """Dress every photo once in every round."""
    found, stock = sources(data)
    jobs = [(number, index) for number in ROUNDS for index in range(len(found))]

    def one(job: tuple[int, int]) -> Sample:
        return sample(found[job[1]], stock, np.random.default_rng([SEED, *job]))

    with nets.one_thread_each(), ThreadPoolExecutor(2) as workers:
        yield from workers.map(one, jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Cells to learn from: what the net knows of each, standardised, and whether it is covered."""

    means: Sequence[Values]  # per layer, (channels,)
    spreads: Sequence[Values]
    known: NDArray[np.float16]  # (n, channels of all layers)
    covered: NDArray[np.float32]  # (n,) 0 or 1
    person: NDArray[np.str_]  # (n,)


def lesson(seen: Sequence[Sample]) -> Lesson:
    """Take the cells that are clearly bare or covered, of faces that were found where they are."""
    means, spreads = [], []
    for level in range(len(hidden.SHAPES)):
        every = np.concatenate([s.inner[level].reshape(-1, s.inner[level].shape[-1]) for s in seen[::2]])
        means.append(every.mean(0, dtype=np.float64).astype(np.float16).astype(np.float32))
        spreads.append((every.std(0, dtype=np.float64) + 1e-3).astype(np.float16).astype(np.float32))
    known, covered, person = [], [], []
    for one in seen:
        taken = (one.face > INWARDS) & ((one.cover < BARE) | (one.cover > COVERED))
        if one.slip > SLIPPED or not taken.any():
            continue
        apart = (
            np.clip((layer.astype(np.float32) - m) / s, -hidden.MOST, hidden.MOST)
            for layer, m, s in zip(one.inner, means, spreads, strict=True)
        )
        grown = [cv2.resize(layer, (16, 16), interpolation=cv2.INTER_LINEAR)[taken] for layer in apart]
        known.append(np.concatenate(grown, 1).astype(np.float16))
        covered.append((one.cover[taken] > BARE).astype(np.float32))
        person += [one.person] * int(taken.sum())
    return Lesson(
        means=means,
        spreads=spreads,
        known=np.concatenate(known),
        covered=np.concatenate(covered),
        person=np.array(person),
    )


def teach(known: NDArray[np.float16], covered: NDArray[np.float32], seed: int = 0) -> list[Values]:
    """Two layers by Adam (Kingma & Ba 2015) with dropout (Srivastava et al. 2014): weights, bias, out, its bias."""
    chance, wide, steps = np.random.default_rng(seed), known.shape[1], EPOCHS * (len(known) // BATCH)
    usual = np.float32(np.log(covered.mean() / (1 - covered.mean())))
    net: list[Values] = [
        (chance.standard_normal((wide, NEURONS)) * np.sqrt(1.5 / wide)).astype(np.float32),
        np.zeros(NEURONS, np.float32),
        (chance.standard_normal(NEURONS) * 0.2).astype(np.float32),
        np.array([usual], np.float32),
    ]
    first, second = [np.zeros_like(p) for p in net], [np.zeros_like(p) for p in net]
    for step in range(1, steps + 1):
        if step % (len(known) // BATCH) == 1:
            order = chance.permutation(len(known))
        chosen = order[: len(known) // BATCH * BATCH].reshape(-1, BATCH)[(step - 1) % (len(known) // BATCH)]
        slopes = _slopes(net, known[chosen].astype(np.float32), covered[chosen], chance)
        rate = 3e-3 * (0.5 * (1 + np.cos(np.pi * step / steps)) + 0.01)
        for number, slope in enumerate(slopes):
            first[number] = 0.9 * first[number] + 0.1 * slope
            second[number] = 0.999 * second[number] + 0.001 * slope * slope
            size = np.sqrt(second[number] / (1 - 0.999**step)) + 1e-8
            net[number] -= rate * (first[number] / (1 - 0.9**step)) / size
    return net


def _slopes(net: Sequence[Values], known: Values, covered: Values, chance: Chance) -> list[Values]:
    weights, bias, out, out_bias = net
    known = known * (chance.random((1, known.shape[1])) > 0.1) / 0.9  # noqa: PLR2004  (a tenth of the channels)
    before = known @ weights + bias
    kept = (chance.random(before.shape, np.float32) > 0.2) / 0.8  # noqa: PLR2004  (a fifth of the neurons)
    after = np.maximum(before, 0) * kept
    wrong = (1 / (1 + np.exp(-(after @ out + out_bias))) - covered) / len(covered)
    back = wrong[:, None] * out * kept * (before > 0)
    return [known.T @ back + 1e-4 * weights, back.sum(0), after.T @ wrong + 1e-4 * out, wrong.sum()[None]]


def told(net: Sequence[Values], known: NDArray[np.float16]) -> Values:
    """How likely each cell is covered."""
    weights, bias, out, out_bias = net
    return np.asarray(
        1 / (1 + np.exp(-(np.maximum(known.astype(np.float32) @ weights + bias, 0) @ out + out_bias)))
    )


def save(net: Sequence[Values], learnt: Lesson, file: Path) -> None:
    """Write the numbers as ``vision.hidden`` reads them, in half precision."""
    parts, at = {}, 0
    for number, (mean, spread) in enumerate(zip(learnt.means, learnt.spreads, strict=True)):
        rows = net[0][at : at + len(mean)]
        parts |= {f"mean{number}": mean, f"spread{number}": spread, f"into{number}": rows}
        at += len(mean)
    parts |= {"bias": net[1], "out": net[2], "out_bias": net[3]}
    np.savez_compressed(file, **{name: part.astype(np.float16) for name, part in parts.items()})


def report(learnt: Lesson) -> None:
    """Learn without two people and print how well their cells are told."""
    out = np.isin(learnt.person, list(LEFT_OUT))
    likely = told(teach(learnt.known[~out], learnt.covered[~out]), learnt.known[out])
    covered = learnt.covered[out] > 0
    found, false = (float((likely[which] > 0.5).mean()) for which in (covered, ~covered))  # noqa: PLR2004
    print(
        f"{len(learnt.known)} cells; of {len(likely)} of people left out: found {found:.1%}, false {false:.1%}"
    )


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--output", type=Path, default=hidden.WEIGHT)
    chosen = words.parse_args()
    learnt = lesson(list(samples(chosen.data)))
    save(teach(learnt.known, learnt.covered), learnt, chosen.output)
    report(learnt)
    return 0


if __name__ == "__main__":
    sys.exit(main())
