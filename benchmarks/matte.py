"""How true the mattes are: ``make bench-matte``. See README.md beside this file.

    python benchmarks/matte.py [--most N] [-o FILE.json]

Composites of known alpha (composites.py) are cut out by the studio's own path, nets and all, and by a baseline:
U2-Net's mask, a trimap of it, closed-form matting at 768 pixels (Levin, Lischinski & Weiss 2008). Errors are those of
Rhemann et al. (CVPR 2009), in the band where people and places mix (the true 0 < alpha < 1, widened by 0.05 face
widths) and whole:

- SAD: sum of absolute differences, in thousands of pixels.
- MSE: mean squared difference, in thousandths.
- gradient: sum of squared differences between the lengths of the gradients (Gaussian, sigma 1.4), in thousands.
- connectivity: sum of differences between the degrees to which each pixel hangs together with the largest part that is
  solid in both, in steps of 0.1, forgiving less than 0.15, in thousands.

Besides: colour, how far the clean foreground is from the true one where alpha is 0.1..0.95, root mean square in sRGB
steps of 255, weighted by alpha; and seconds of processor time.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

import cv2
import numpy as np
from benchmarks.composites import Composite, composites
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg

from fenshen import settings
from fenshen.vision import faces
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_srgb
from fenshen.vision.laplacian import matting_laplacian
from fenshen.vision.matte import Matte, cut_out, enlarge_alpha
from fenshen.vision.person import person_probability, steady_probability

Box = tuple[float, float, float, float]
Way = Callable[[RGB, Box, Path], Matte]
TARGET: Final = 0.35  # by how much the baseline's SAD is to be undercut
BASELINE_EDGE: Final = 768


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Of one matte; the less the better. The docstring of this file defines them."""

    sad: float
    mse: float
    gradient: float
    connectivity: float
    sad_whole: float
    mse_whole: float
    colour: float
    seconds: float


def errors(found: Matte, truth: Composite, face_width: float, seconds: float) -> Errors:
    """Compare one matte with the truth."""
    radius = max(3, round(0.05 * face_width))
    mixed = ((truth.alpha > 0.01) & (truth.alpha < 0.99)).astype(np.uint8)  # noqa: PLR2004
    band = cv2.dilate(mixed, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)) > 0
    off = np.abs(found.alpha - truth.alpha)
    slopes = (_slope(found.alpha) - _slope(truth.alpha)) ** 2
    apart = _connectivity(found.alpha, truth.alpha)
    return Errors(
        sad=float(off[band].sum() / 1e3),
        mse=float((off[band] ** 2).mean() * 1e3),
        gradient=float(slopes[band].sum() / 1e3),
        connectivity=float(apart[band].sum() / 1e3),
        sad_whole=float(off.sum() / 1e3),
        mse_whole=float((off**2).mean() * 1e3),
        colour=_colour(found.foreground, truth),
        seconds=seconds,
    )


def _slope(alpha: Floats) -> Floats:
    """Length of the gradient of a Gaussian of sigma 1.4."""
    smooth = cv2.GaussianBlur(alpha, (0, 0), 1.4)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return floats(np.hypot(across, down))


def _connectivity(found: Floats, truth: Floats) -> Floats:
    """(H, W) difference of the degrees of connectedness (Rhemann et al. 2009, eq. 3, theta 0.15, p 1)."""
    reach = np.full(truth.shape, -1.0)
    for step in range(11):
        level = step / 10
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            ((found >= level) & (truth >= level)).astype(np.uint8), connectivity=4
        )
        solid = labels == (1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())) if count > 1 else labels < 0
        reach[(reach < 0) & ~solid] = max(0.0, level - 0.1)
    reach[reach < 0] = 1.0

    def degree(alpha: Floats) -> NDArray[np.float64]:
        beyond = alpha - reach
        return np.asarray(1 - beyond * (beyond >= 0.15))  # noqa: PLR2004

    return floats(np.abs(degree(found) - degree(truth)))


def _colour(foreground: RGB, truth: Composite) -> float:
    seen = (truth.alpha > 0.1) & (truth.alpha < 0.95)  # noqa: PLR2004
    if not seen.any():
        return 0.0
    off = foreground[seen].astype(np.float64) - 255 * to_srgb(truth.foreground)[seen]
    weight = truth.alpha[seen][:, None]
    return float(np.sqrt((off**2 * weight).sum() / (3 * weight.sum())))


def ours(rgb: RGB, face: Box, models: Path) -> Matte:
    """Cut out as the studio does."""
    return cut_out(rgb, steady_probability(rgb, face, models), person_probability(rgb, models), face)


def baseline(rgb: RGB, face: Box, models: Path) -> Matte:
    """U2-Net's mask, the part that holds the face, a trimap, closed-form matting; no clean foreground."""
    seen = person_probability(rgb, models)
    _, labels = cv2.connectedComponents((seen > 0.4).astype(np.uint8))  # noqa: PLR2004
    x, y, w, h = (max(0, round(v)) for v in face)
    held = labels[y : y + h, x : x + w]
    held = held[held > 0]
    if held.size:
        part = (labels == np.bincount(held).argmax()).astype(np.uint8)
        seen = seen * cv2.dilate(part, np.ones((15, 15), np.uint8))
    longest = max(rgb.shape[:2])

    def disc(share: float) -> NDArray[np.uint8]:
        size = 2 * max(1, int(longest * share)) + 1
        return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)

    trimap = np.full(seen.shape, 0.5, np.float32)
    trimap[cv2.erode((seen > 0.9).astype(np.uint8), disc(0.012)) > 0] = 1  # noqa: PLR2004
    trimap[cv2.dilate((seen > 0.1).astype(np.uint8), disc(0.03)) == 0] = 0  # noqa: PLR2004
    scale = min(1.0, BASELINE_EDGE / longest)
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    colours = floats(rgb / 255)
    small = floats(cv2.resize(colours, size, interpolation=cv2.INTER_AREA))
    alpha = _closed_form(small, floats(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)))
    return Matte(alpha=enlarge_alpha(alpha, small, colours) if scale < 1 else alpha, foreground=rgb)


def _closed_form(rgb: Floats, trimap: Floats) -> Floats:
    unknown = (trimap > 0) & (trimap < 1)
    if not unknown.any():
        return trimap
    laplacian, used = matting_laplacian(rgb, unknown)
    values = trimap.ravel()[used].astype(np.float64)
    known = np.where((values == 0) | (values == 1), 100.0, 0.0)
    system = (laplacian + sparse.diags(known)).tocsr()
    jacobi = sparse.diags(1 / system.diagonal())
    solution, _ = cg(system, known * values, x0=values, rtol=1e-4, maxiter=400, M=jacobi)
    alpha = trimap.ravel().astype(np.float64)
    alpha[used] = solution
    alpha = np.where((trimap.ravel() == 0) | (trimap.ravel() == 1), trimap.ravel(), alpha)
    return floats(np.clip(alpha, 0, 1).reshape(trimap.shape))


def measure(
    ways: Mapping[str, Way], models: Path, most: int | None
) -> dict[str, list[tuple[Composite, Errors]]]:
    """Every composite cut out in every way."""
    table: dict[str, list[tuple[Composite, Errors]]] = {name: [] for name in ways}
    for truth in composites(most=most):
        found = faces.detect(truth.rgb, models)
        if not found:
            print(f"no face in {truth.person} before {truth.place}")
            continue
        for name, way in ways.items():
            start = time.process_time()
            cut = way(truth.rgb, found[0].box, models)
            seconds = time.process_time() - start
            table[name].append((truth, errors(cut, truth, found[0].box[2], seconds)))
    return table


def report(table: Mapping[str, Sequence[tuple[Composite, Errors]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Medians per group and way; prints them as it goes."""
    names = list(Errors.__dataclass_fields__)
    print(f"{'group':22s}{'way':10s}{'n':>4s}" + "".join(f"{name:>13s}" for name in names))
    groups: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for way, rows in table.items():
        for group in ("all", *sorted({truth.group for truth, _ in rows})):
            chosen = [asdict(e) for truth, e in rows if group in ("all", truth.group)]
            groups[group][way] = {name: median(row[name] for row in chosen) for name in names}
            groups[group][way]["n"] = len(chosen)
    for group, ways in groups.items():
        for way, row in ways.items():
            print(f"{group:22s}{way:10s}{row['n']:4.0f}" + "".join(f"{row[name]:13.3f}" for name in names))
    return dict(groups)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--most", type=int, default=None, help="stop after this many composites")
    parser.add_argument("-o", type=Path, default=None, help="write the medians here")
    arguments = parser.parse_args()
    models = settings.load().models
    groups = report(measure({"ours": ours, "baseline": baseline}, models, arguments.most))
    if not groups:
        sys.exit("There are no people in benchmarks/data/matte.")
    gains = {group: 1 - ways["ours"]["sad"] / ways["baseline"]["sad"] for group, ways in groups.items()}
    worst = min(gains, key=lambda group: gains[group])
    print(
        f"SAD below the baseline by {gains['all']:.0%} (target {TARGET:.0%}); least: {worst}, {gains[worst]:.0%}"
    )
    if arguments.o:
        arguments.o.write_text(json.dumps(groups, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
