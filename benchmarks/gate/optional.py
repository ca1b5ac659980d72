"""What the two optional nets say, where they are here: nudity seen on decent photos, grown people who read young.

    python benchmarks/gate/optional.py DATA [-o FILE.json]          (a part of make bench-gate, in a minute or two)

False alarms only. There is no set of nudity and none of minors here, so nothing is said of what the nets overlook.
Skin is measured, not labelled: the tone of a face by its ITA (Chardon et al. 1991), in thirds of the set.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import thread_time

sys.path.append(str(Path(__file__).resolve().parents[1]))  # backs.py, which tests use too

import backs
import cv2
import numpy as np
from looking import GOOD, MODELS, files_of, held_out, permit
from table import Rate

from fenshen.photos.decode import decode
from fenshen.photos.scene import MAYBE_NUDE, NUDE
from fenshen.photos.who import LIKELY, MAYBE, age_band
from fenshen.rights.consent import Permit
from fenshen.vision import age, faces, mesh, nets, nudity, regions
from fenshen.vision.arrays import RGB
from fenshen.vision.faces import Face

EDGE = 1600  # px, as in the studio
CLOSE = 0.15  # of the face's box, left around it where the face fills the picture
THIRDS = ("darker skin", "skin between", "lighter skin")


@dataclass(frozen=True, slots=True)
class Read:
    """What the nets said of one photo."""

    person: str
    nudity: float
    close: float  # nudity, where the face fills the picture
    minor: float
    tone: float  # ITA in degrees; the higher, the lighter
    nudity_ms: float
    minor_ms: float


def are_here() -> bool:
    """Whether the optional nets are on this machine."""
    return all((MODELS / name).exists() for name in (nudity.WEIGHT, age.MODEL, age.VALUES))


def report(files: Mapping[str, list[Path]], held: frozenset[str]) -> dict[str, object] | None:
    """Ask the nets about every good photo, print and give the rates; None where the nets are not."""
    if not are_here():
        print(
            "\nNobody looked for nudity or age: fenshen models fetch open-nsfw.onnx faceres-deep.json faceres-deep.bin"
        )
        return None
    allowed = permit()
    jobs = [(key, file) for key, of in files.items() if key.startswith(GOOD) for file in of]
    with nets.one_thread_each(), ThreadPoolExecutor(2) as workers:
        rows = [row for row in workers.map(lambda job: _read(*job, allowed), jobs) if row]
    low, high = np.quantile([row.tone for row in rows], (1 / 3, 2 / 3))
    groups: dict[str, list[Read]] = {"all": rows}
    groups["drawn on"] = [row for row in rows if row.person not in held]
    groups["held out"] = [row for row in rows if row.person in held]
    for name, inside in zip(
        THIRDS, (lambda t: t < low, lambda t: low <= t < high, lambda t: t >= high), strict=True
    ):
        groups[name] = [row for row in rows if inside(row.tone)]
    for name in GOOD:
        groups[name] = [row for row in rows if row.person.startswith(name)]
    figures: dict[str, object] = {"backs": _backs()}
    figures["nudity"] = _table("Nudity on decent photos", groups, NUDITY)
    figures["minor"] = _table("Photos of grown people that read young", groups, MINOR)
    figures["asked"] = _asked(rows)
    figures["ms"] = {
        "nudity": median(row.nudity_ms for row in rows),
        "minor": median(row.minor_ms for row in rows),
    }
    print(f"\n  processor time of one photo: {figures['ms']} ms, medians")
    return figures


Told = Mapping[str, Callable[[Read], bool]]

NUDITY: Told = {
    f"above {MAYBE_NUDE}": lambda row: row.nudity > MAYBE_NUDE,
    f"above {NUDE}": lambda row: row.nudity > NUDE,
    f"above {MAYBE_NUDE}, face fills it": lambda row: row.close > MAYBE_NUDE,
}
MINOR: Told = {
    f"above {MAYBE}": lambda row: row.minor > MAYBE,
    f"above {LIKELY}": lambda row: row.minor > LIKELY,
}


def _read(person: str, file: Path, allowed: Permit) -> Read | None:
    rgb = decode(file.read_bytes(), allowed, longest_edge=EDGE).pixels
    found = faces.detect(rgb, MODELS)
    if not found:
        return None
    began = thread_time()
    bare = nudity.probability(rgb, MODELS)
    between = thread_time()
    young = age.minor_probability(rgb, found[0], MODELS)
    ended = thread_time()
    return Read(
        person=person,
        nudity=bare,
        close=nudity.probability(_close(rgb, found[0]), MODELS),
        minor=young,
        tone=_tone(rgb, mesh.fit(rgb, found[0], MODELS)),
        nudity_ms=1000 * (between - began),
        minor_ms=1000 * (ended - between),
    )


def _close(rgb: RGB, face: Face) -> RGB:
    x, y, width, height = face.box
    left, top = max(0, round(x - CLOSE * width)), max(0, round(y - CLOSE * height))
    return rgb[top : round(y + (1 + CLOSE) * height), left : round(x + (1 + CLOSE) * width)]


def _tone(rgb: RGB, face: mesh.FaceMesh) -> float:
    """ITA of the bare skin of a face, in degrees, as it is lit."""
    skin = rgb[regions.bare_skin(face.points, (rgb.shape[0], rgb.shape[1])) > 0]
    lab = cv2.cvtColor(skin[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    lightness, _, yellow = np.median(lab, axis=0)
    return float(np.degrees(np.arctan2(lightness - 50, yellow)))


def _table(title: str, groups: Mapping[str, list[Read]], told: Told) -> dict[str, object]:
    figures: dict[str, object] = {}
    print(f"\n{title:68s}[95 % Wilson]")
    for name, group in groups.items():
        for what, is_so in told.items():
            rate = Rate(sum(map(is_so, group)), len(group))
            print(f"  {name:16s} {what:28s} {rate}")
            figures[f"{name}/{what}"] = rate.as_dict()
    return figures


def _asked(rows: list[Read]) -> dict[str, object]:
    """Count grown people whom the studio would ask for a guardian, by all of their photos."""
    people = sorted({row.person for row in rows})
    bands = {who: age_band([row.minor for row in rows if row.person == who]) for who in people}
    print("\nGrown people who would be asked for a guardian")
    figures: dict[str, object] = {}
    for name in GOOD:
        of = [band for who, band in bands.items() if who.startswith(name)]
        rate = Rate(sum(band != "adult" for band in of), len(of))
        print(f"  {name:24s} {rate}")
        figures[name] = rate.as_dict()
    return figures


def _backs() -> dict[str, object]:
    """Read a drawn back in every tone, bare and in every cloth: whether tone or colour alone moves the net."""
    figures: dict[str, object] = {}
    print(
        f"\n{'A drawn back, bare and dressed to the shoulders':47s}"
        + "".join(map("{:>8s}".format, backs.TONES))
    )
    for cloth in (None, *backs.CLOTHS):
        read = [nudity.probability(backs.back(tone, cloth=cloth), MODELS) for tone in backs.TONES]
        print(f"  {cloth or 'bare':45s}" + "".join(f"{value:8.2f}" for value in read))
        figures[cloth or "bare"] = dict(zip(backs.TONES, read, strict=True))
    return figures


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--output", type=Path)
    chosen = words.parse_args()
    files = files_of(chosen.data)
    figures = report(files, held_out(files))
    if chosen.output and figures:
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
