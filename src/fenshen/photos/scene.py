"""What else a photo shows besides the face: codes, cards, a screen, nudity. Numbers only, and the rules that read them.

Limits lie well above what good photos reach (``benchmarks/gate`` prints it): a screen that passes costs little,
a good photo that is sent back costs the sitter's patience.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fenshen.errors import WeightMissingError
from fenshen.photos.decode import Photo
from fenshen.photos.judge import Severity, Verdict, add
from fenshen.vision import age, codes, hashes, nudity, screens
from fenshen.vision.faces import Face
from fenshen.vision.shades import Shades

GRID_SURE, GRID_LIKELY = 65.0, 6.0
"""Of 325 good photos two are above the lower: a cut-out on a chequerboard, at 56, and one at 7; the next is at 5.2."""

BARS = 0.05  # of the height
BARS_OF_A_SCREEN = 0.02  # when the picture has the size of a screen besides
NUDE, MAYBE_NUDE = 0.95, 0.6  # see decision 0061
"""Of 325 good photos one is above 0.41: swimwear, at 0.89. What the net overlooks is not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What lies around the face. ``None`` where an optional net is not here, so that nobody looked."""

    codes: int  # QR codes in view, and bar codes that can be read
    card: bool  # an ID or bank card
    grid: float  # of a screen's pixels, see vision.screens
    bars: float  # share of the height that is bars of an app
    size_of_a_screen: bool
    nudity: float | None  # 0..1
    minor: float | None  # 0..1, how likely the main face is a child's
    fingerprint: int  # of the whole picture, to see near-duplicates; in memory only


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    severity: Severity
    there: Callable[[Scene], bool]


RULES = (
    _Rule("code_in_view", "refuse", lambda s: s.codes > 0),
    _Rule("card_in_view", "refuse", lambda s: s.card),
    _Rule("of_a_screen", "refuse", lambda s: s.grid > GRID_SURE),
    _Rule("maybe_of_a_screen", "warn", lambda s: GRID_LIKELY < s.grid <= GRID_SURE),
    _Rule(
        "screenshot",
        "warn",
        lambda s: s.bars > (BARS_OF_A_SCREEN if s.size_of_a_screen else BARS),
    ),
    _Rule("nudity", "refuse", lambda s: s.nudity is not None and s.nudity > NUDE),
    _Rule("maybe_nudity", "warn", lambda s: s.nudity is not None and MAYBE_NUDE < s.nudity <= NUDE),
)


def look_around(photo: Photo, faces: Sequence[Face], models: Path) -> Scene:
    """Measure what lies around the face of a photo whose faces were found, the largest first."""
    shades = Shades(photo.pixels)
    signs = screens.signs(shades, photo.original_size)
    return Scene(
        codes=codes.count_codes(shades),
        card=codes.find_card(shades, faces) is not None,
        grid=signs.grid,
        bars=signs.bars,
        size_of_a_screen=signs.size_of_a_screen,
        nudity=_if_here(lambda: nudity.probability(photo.pixels, models)),
        minor=_if_here(lambda: age.minor_probability(photo.pixels, faces[0], models)) if faces else None,
        fingerprint=hashes.fingerprint(photo.pixels),
    )


def judge_scene(verdict: Verdict, scene: Scene) -> Verdict:
    """Give the verdict with every further reason that the scene gives."""
    for rule in RULES:
        if rule.there(scene):
            verdict = add(verdict, rule.code, rule.severity)
    return verdict


def _if_here(ask: Callable[[], float]) -> float | None:
    try:
        return ask()
    except WeightMissingError:
        return None
