"""Hair-level alpha of one person: two nets agree on what is certain, a solver decides the band between.

The nets are small (256² and 320²) and know *where* a person is; the picture's own colours know *how much* of each
pixel is hair. So: agreement of the nets, with the large hair that only colours show (hair.py), gives a trimap; what is
open in it and too wide for an outline is cut in two (wedges.py); colour samples from both sides of the band propose an
alpha (robust matting, Wang & Cohen 2007); the closed-form Laplacian (Levin, Lischinski & Weiss 2008) makes the proposal
consistent with every local colour line, and blur-fusion (Forte 2021) removes the old background from the hair.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg
from scipy.spatial import cKDTree

from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.foreground import foreground_near, foreground_of
from fenshen.vision.hair import grow_hair
from fenshen.vision.laplacian import matting_laplacian
from fenshen.vision.wedges import settle

CERTAIN_INSIDE: Final = 0.85
CERTAIN_OUTSIDE: Final = 0.25
THREAD: Final = 0.05  # of the face's width: thinner than twice this does not hold two parts together
STRAND: Final = 0.16  # of the face's width: how far hair may reach from the solid part
BAND_INWARDS: Final = 0.025  # of the face's width: skin has a crisp edge
BAND_OUTWARDS: Final = 0.06  # of the face's width: hair sticks out further than nets see
PARTS_AT: Final = 96  # pixels: the face's width while parts of the mask are told apart
SOLVE_EDGE: Final = (
    1024  # pixels of the longer side at which alpha is solved; larger pictures guide it up again
)
QUICK_EDGE: Final = 640  # the same, for who waits: half the pixels, and strands a little less true
NET_EDGE: Final = 200  # the nets see a picture on about this many pixels: their last one is unsure
SAMPLES: Final = 6
SAMPLE_STRIDE: Final = 5
UNSEEN: Final = 1 / 512  # an alpha that rounds to nothing in eight bits
KNOWN_WEIGHT: Final = 100.0
RESIDUE: Final = 0.1  # alphas closer than this to 0 or 1 are noise of the solver


@dataclass(frozen=True, slots=True, kw_only=True)
class Matte:
    """A person cut out. alpha: (H, W) float32, 0..1. foreground: (H, W, 3) uint8 sRGB without the old background."""

    alpha: Floats
    foreground: RGB


def cut_out(
    rgb: RGB,
    probability: Floats,
    salient: Floats,
    face: tuple[float, float, float, float],
    *,
    quick: bool = False,
) -> Matte:
    """Alpha and clean foreground of the person whose face box is given.

    rgb: (H, W, 3) uint8 sRGB. probability, salient: (H, W) float32 0..1 from two person nets; the first decides what
    is certain, both vote in the band. face: x, y, width, height in pixels. quick: for a large picture that somebody
    waits for, to be put before something else: QUICK_EDGE, and clean colours only where alpha is not 0.
    """
    scale = min(1.0, (QUICK_EDGE if quick else SOLVE_EDGE) / max(rgb.shape[:2]))
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    hasty = quick and scale < 1
    full: Floats | RGB = rgb if hasty else floats(floats(rgb) / 255.0)
    small = _resized(full, size) if scale < 1 else floats(full)
    small = floats(small / 255) if hasty else small
    x, y, w, h = (side * scale for side in face)
    box = (x, y, w, h)
    person = to_frame(_resized(probability, size))
    votes = agree(person, to_frame(_resized(salient, size)))
    growth = grow_hair(small, without_specks(keep_subject(votes, box)), box)
    votes = growth.person
    trimap = trimap_of(votes, face_width=w)
    trimap[(trimap == 0) & growth.thin] = 0.5
    votes, trimap = (np.where(growth.gaps, np.minimum(picture, 0.5), picture) for picture in (votes, trimap))
    settled = settle(small, votes, trimap, box, growth.thin | growth.gaps)
    votes, trimap = settled.votes, settled.trimap
    proposal, confidence = propose_alpha(small, trimap, votes)
    guess = confidence * proposal + (1 - confidence) * votes
    alpha = solve_alpha(small, trimap, guess, 0.01 + 0.08 * confidence)
    alpha = keep_subject(floats(np.clip((alpha - RESIDUE) / (1 - 2 * RESIDUE), 0, 1)), box)
    if scale < 1:
        alpha = enlarge_alpha(alpha, small, full)
    if hasty:
        alpha[alpha < UNSEEN] = 0
        alpha[alpha > 1 - UNSEEN] = 1
    radius = max(4, round(0.12 * face[2]))
    if hasty:
        return Matte(alpha=alpha, foreground=foreground_near(rgb, alpha, radius=radius))
    return Matte(alpha=alpha, foreground=foreground_of(floats(full), alpha, radius=radius))


def agree(probability: Floats, salient: Floats) -> Floats:
    """One opinion of two nets: the first decides where it is sure, where it is not the second is heard.

    Both (H, W) 0..1. The second finds what stands out, which may be more than a person, and it loses clothes and
    large hair: it never overrules.
    """
    sure = np.abs(2 * probability - 1)
    heard = 2 * np.abs(2 * salient - 1) * (1 - sure**2)
    return floats((sure * probability + heard * salient) / (sure + heard + 1e-6))


def to_frame(probability: Floats) -> Floats:
    """Continue a mask to the frame: nets fade out at the border of a photo, a body that is cut off does not."""
    margin = max(1, round(max(probability.shape) / NET_EDGE))
    inner = probability[margin:-margin, margin:-margin]
    return floats(cv2.copyMakeBorder(inner, margin, margin, margin, margin, cv2.BORDER_REPLICATE))


def keep_subject(probability: Floats, face: tuple[float, float, float, float]) -> Floats:
    """Zero every part of a person mask that does not belong to the face in the box.

    The mask is thinned before parts are told apart, so that something bright above a head, which touches it by a
    thread, falls away; what lies near the part that is kept stays: hair is thin too.
    """
    scale = min(1.0, PARTS_AT / face[2])
    size = (max(1, round(probability.shape[1] * scale)), max(1, round(probability.shape[0] * scale)))
    mask = (_resized(probability, size) > CERTAIN_OUTSIDE).astype(np.uint8)
    core = cv2.erode(mask, _disc(THREAD * scale * face[2]), borderValue=1)
    count, labels = cv2.connectedComponents(core)
    x, y, w, h = (max(0, round(v * scale)) for v in face)
    inside = labels[y : y + h, x : x + w]
    inside = inside[inside > 0]
    if count <= 1 or inside.size == 0:
        return probability
    kept = (labels == np.bincount(inside).argmax()).astype(np.uint8)
    near = cv2.dilate(kept, _disc(STRAND * scale * face[2])).astype(np.float32)
    soft = cv2.GaussianBlur(near, (0, 0), max(0.7, 2.0 * scale))
    return floats(probability * cv2.resize(soft, (probability.shape[1], probability.shape[0])))


def without_specks(person: Floats) -> Floats:
    """Make sure of what is doubtful but lies within the person: a phone in a hand, a shine. (H, W) 0..1."""
    doubtful = (person <= CERTAIN_INSIDE).astype(np.uint8)
    count, labels = cv2.connectedComponents(doubtful)
    outside = np.zeros(count, np.bool_)
    outside[labels[person < CERTAIN_OUTSIDE]] = True
    return floats(np.where((doubtful > 0) & ~outside[labels], 1, person))


def grown(person: Floats, face_width: float) -> Floats:
    """1 near the person, 0 far away: bounds the second net, which may like other things in the picture too."""
    return cv2.dilate((person > CERTAIN_OUTSIDE).astype(np.uint8), _disc(BAND_OUTWARDS * face_width)).astype(
        np.float32
    )


def trimap_of(person: Floats, *, face_width: float) -> Floats:
    """1 = certainly the person, 0 = certainly not, 0.5 = to be solved. (H, W) float32."""
    trimap = np.full(person.shape, 0.5, np.float32)
    inside = cv2.erode(
        (person > CERTAIN_INSIDE).astype(np.uint8), _disc(BAND_INWARDS * face_width), borderValue=1
    )
    trimap[inside > 0] = 1.0
    trimap[grown(person, face_width) == 0] = 0.0
    return trimap


def propose_alpha(rgb: Floats, trimap: Floats, votes: Floats) -> tuple[Floats, Floats]:
    """Alpha from pairs of known colours near each unknown pixel, and how far to trust it (both (H, W), 0..1).

    Every pair (foreground i, background j) explains a pixel as a mixture; the pair that leaves the smallest residue,
    is well separated and agrees with the nets' votes wins. Runs at half scale: alpha is smooth where colours are.
    """
    size = (max(1, trimap.shape[1] // 2), max(1, trimap.shape[0] // 2))
    small = _resized(rgb, size)
    known = floats(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST))
    prior = _resized(votes, size)
    unknown = np.argwhere((known > 0) & (known < 1))
    inner, outer = _rim(known == 1), _rim(known == 0)
    if min(len(unknown), len(inner), len(outer)) < SAMPLES * SAMPLE_STRIDE:
        return votes, np.zeros_like(votes)
    fore, back = _nearby_colours(small, unknown, inner), _nearby_colours(small, unknown, outer)
    pixel, vote = small[tuple(unknown.T)], prior[tuple(unknown.T)]
    best_cost = np.full(len(unknown), np.inf, np.float32)
    best = vote.copy()
    rows = np.arange(len(unknown))
    for i in range(fore.shape[1]):
        span = fore[:, i : i + 1] - back
        apart = (span * span).sum(-1)
        mix = np.clip(((pixel[:, None] - back) * span).sum(-1) / (apart + 1e-4), 0, 1)
        residue = ((pixel[:, None] - mix[..., None] * span - back) ** 2).sum(-1) / (apart + 0.02)
        cost = 8 * residue + 0.35 * (mix - vote[:, None]) ** 2 + 0.0004 / (apart + 0.01)
        j = cost.argmin(1)
        better = cost[rows, j] < best_cost
        best_cost[better] = cost[rows, j][better]
        best[better] = mix[rows, j][better]
    alpha, trust = known.copy(), np.zeros_like(known)
    alpha[tuple(unknown.T)] = best
    trust[tuple(unknown.T)] = np.exp(-best_cost / 0.06)
    full = (trimap.shape[1], trimap.shape[0])
    return floats(cv2.resize(alpha, full)), floats(cv2.resize(trust, full))


def solve_alpha(rgb: Floats, trimap: Floats, guess: Floats, weight: Floats) -> Floats:
    """Closed-form matting restricted to the unknown band (Levin et al. 2008, eq. 12), pulled towards a guess.

    guess: (H, W) 0..1, weight: (H, W) how strongly it pulls against the Laplacian. Conjugate gradients with a Jacobi
    preconditioner, started at the guess. Returns (H, W) float32 0..1, exact where the trimap is.
    """
    unknown = (trimap > 0) & (trimap < 1)
    if not unknown.any():
        return trimap.copy()
    laplacian, used = matting_laplacian(rgb, unknown)
    values = trimap.ravel()[used].astype(np.float64)
    fixed = (values == 0) | (values == 1)
    pull = np.where(fixed, KNOWN_WEIGHT, weight.ravel()[used])
    target = np.where(fixed, values, guess.ravel()[used])
    system = (laplacian + sparse.diags(pull)).tocsr()
    solution, _ = cg(
        system, pull * target, x0=target, rtol=1e-3, maxiter=150, M=sparse.diags(1 / system.diagonal())
    )
    alpha = trimap.ravel().astype(np.float64)
    alpha[used] = np.where(fixed, values, solution)
    return np.clip(alpha, 0, 1).reshape(trimap.shape).astype(np.float32)


def enlarge_alpha(alpha: Floats, small: Floats, large: Floats | RGB) -> Floats:
    """Bring an alpha to the size of the picture it belongs to: fast guided filter (He & Sun 2015).

    alpha: (h, w) 0..1 of `small` (h, w, 3); large: (H, W, 3), 0..1 or uint8. Returns (H, W) 0..1.
    """
    guide = floats(small.mean(-1))

    def mean(values: Floats) -> Floats:
        return floats(cv2.blur(values, (5, 5)))

    centre, level = mean(guide), mean(alpha)
    together, spread = mean(floats(guide * alpha)) - centre * level, mean(floats(guide**2)) - centre**2
    slope = floats(together / (spread + 2e-4))
    offset = floats(level - slope * centre)
    size = (large.shape[1], large.shape[0])
    plain = cv2.resize(alpha, size, interpolation=cv2.INTER_CUBIC)
    out = np.clip(plain, 0, 1)
    certain = cv2.resize(floats(np.abs(alpha - 0.5) > 0.49), size)  # noqa: PLR2004 - 0 or 1
    band = certain < 1  # all else stays as it is
    if band.any():
        full = large[band].mean(-1) / (255 if large.dtype == np.uint8 else 1)
        guided = cv2.resize(mean(slope), size)[band] * full + cv2.resize(mean(offset), size)[band]
        out[band] = np.clip(certain[band] * plain[band] + (1 - certain[band]) * guided, 0, 1)
    return floats(out)


def _resized(picture: Floats | RGB, size: tuple[int, int]) -> Floats:
    return floats(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _rim(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pixels of a mask within four pixels of its border, as (n, 2) rows and columns."""
    core = cv2.erode(mask.astype(np.uint8), np.ones((9, 9), np.uint8), borderValue=1)
    return np.argwhere(mask & (core == 0))


def _nearby_colours(rgb: Floats, at: NDArray[np.int64], among: NDArray[np.int64]) -> Floats:
    """(n, SAMPLES, 3) colours of known pixels near each position, every few neighbours so that they differ."""
    nearest = min(SAMPLES * SAMPLE_STRIDE, len(among))
    _, index = cKDTree(among).query(at, k=nearest)
    chosen = among[np.asarray(index)[:, :: max(1, nearest // SAMPLES)][:, :SAMPLES]]
    return floats(rgb[tuple(chosen.transpose(2, 0, 1))])


def _disc(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
