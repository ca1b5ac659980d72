"""What the likeness benchmarks share: the judge, people and their photos, a double that is gone afterwards."""

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from fenshen import people, settings
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.flow.sit import sit
from fenshen.ids import SitterId, new_id
from fenshen.photos.folder import PhotoFile, list_photos
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk
from fenshen.vault.vault import DataClass
from fenshen.vision import faces, identity, mesh, nets, weights
from fenshen.vision.arrays import RGB, Floats, floats

JUDGE = "MobileFaceNet.tflite"
EDGE = 1024  # pixels at which photos are judged
RESAMPLES = 2000
FEWEST = 10  # photos of a person, half of which are held back
SETS = ("synthetic", "measure-only", "london")
NAMED = "synthetic"  # people who do not exist may be named
Judge = Callable[[RGB, mesh.FaceMesh], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose portraits are judged."""

    label: str  # a name for who does not exist, a number for who does
    photos: Sequence[PhotoFile]


def everybody(data: Path | None) -> tuple[list[Person], int]:
    """The people of a folder of sets or of a set, or the bundled ones; and how many have too few photos."""
    bundled = {name: people.photos_of(name) for name in people.NAMES}
    found = [Person(label=name, photos=photos) for name, photos in bundled.items()]
    sets = [data / name for name in SETS if (data / name).is_dir()] or [data] if data else []
    few = number = 0
    for group in sets:
        for folder in sorted(f for f in group.iterdir() if f.is_dir()):
            photos = list_photos(folder)
            if group.name == NAMED and folder.name in bundled:
                continue
            number += group.name != NAMED
            few += len(photos) < FEWEST
            if len(photos) >= FEWEST:
                label = folder.name if group.name == NAMED else f"person {number}"
                found.append(Person(label=label, photos=photos))
    return found, few


def judge_of(models: Path) -> tuple[str, Judge]:
    """MobileFaceNet if it is installed, else the product's own net."""
    chosen = settings.load({"FENSHEN_MODELS": str(models)})
    there = any(s.card.name == JUDGE and s.state == "present" for s in weights.verify(chosen))
    if not there:
        return (
            "SFace (the product's own net: install MobileFaceNet for a fair judge)",
            lambda rgb, fitted: identity.embed(rgb, fitted, models),
        )

    def embed(rgb: RGB, fitted: mesh.FaceMesh) -> Floats:
        square = identity.aligned(rgb, fitted.points[list(identity.MESH_ANCHORS), :2])
        values = (square.astype(np.float32) - 127.5) / 128
        with nets.lite(JUDGE, models) as net:  # its batch is fixed to two
            answer = next(iter(net(np.stack([values, values])).values()))[0]
        return floats(answer / np.float32(np.linalg.norm(answer)))

    return "MobileFaceNet", embed


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """The judge, and the photos of one person that no portrait of theirs is made from."""

    judge: Judge
    models: Path
    held: Sequence[Floats]

    def likeness(self, rgb: RGB) -> float | None:
        """Median likeness of a picture to the photos held back; None when no face can be read in it."""
        vector = seen(rgb, self.judge, self.models)
        return None if vector is None else float(np.median([vector @ other for other in self.held]))

    def own(self) -> list[float]:
        """The same of each of those photos to the others."""
        if len(self.held) <= 1:
            return []
        return [float(np.median([a @ b for b in self.held if b is not a])) for a in self.held]


def court_of(photos: Sequence[PhotoFile], judge: Judge, models: Path) -> Court:
    held = [vector for photo in photos if (vector := seen(read(photo), judge, models)) is not None]
    return Court(judge=judge, models=models, held=held)


def seen(rgb: RGB, judge: Judge, models: Path) -> Floats | None:
    """The judge's view of the largest face; None when there is none."""
    found = faces.detect(rgb, models)
    return judge(rgb, mesh.fit(rgb, found[0], models)) if found else None


def read(photo: PhotoFile) -> RGB:
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(photo.read()))).convert("RGB")
    picture.thumbnail((EDGE, EDGE))
    return np.asarray(picture, np.uint8)


def double_of(photos: Sequence[PhotoFile], models: Path) -> OpenDouble:
    """Sit in a studio that is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        desk = open_desk(settings.load({"FENSHEN_HOME": home, "FENSHEN_MODELS": str(models)}))
        sitter = SitterId(new_id("sitter"))
        consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
        made = sit(photos, sitter, desk=desk, progress=Silent(), accept_few=True, is_adult=lambda _: True)
        return codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, made.double))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the median."""
    rng = np.random.default_rng(1)
    medians = np.median(rng.choice(values, (RESAMPLES, len(values))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    return float(low), float(high)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a rate."""
    if not n:
        return 0.0, 1.0
    z, rate = 1.96, hits / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return float(middle - half), float(middle + half)
