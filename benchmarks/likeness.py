"""How like the sitter portraits are, judged by photos that the double never saw.

    python benchmarks/likeness.py [FOLDER] [--templates N]

FOLDER holds one folder of photos per person; without it the bundled people are taken. Of each person's photos the even
ones make a double, the odd ones are held back. The judge is MobileFaceNet where that optional weight is installed: it
shares neither architecture nor loss with the net that the product compares with. Only figures are printed.
"""

import argparse
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from fenshen import people, settings
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import FenshenError
from fenshen.flow.sit import sit
from fenshen.ids import SitterId, new_id
from fenshen.photos.folder import PhotoFile, list_photos
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk
from fenshen.templates.catalogue import catalogue
from fenshen.vault.vault import DataClass
from fenshen.vision import faces, identity, mesh, nets, weights
from fenshen.vision.arrays import RGB, Floats

JUDGE = "MobileFaceNet.tflite"
EDGE = 1024  # pixels at which photos are judged
RESAMPLES = 2000
Judge = Callable[[RGB, mesh.FaceMesh], Floats]


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
        return answer / np.float32(np.linalg.norm(answer))

    return "MobileFaceNet", embed


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
        made = sit(photos, sitter, desk=desk, progress=Silent(), accept_few=True)
        return codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, made.double))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the median."""
    rng = np.random.default_rng(1)
    medians = np.median(rng.choice(values, (RESAMPLES, len(values))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    return float(low), float(high)


def person(photos: Sequence[PhotoFile], judge: Judge, models: Path, templates: int) -> dict[str, list[float]]:
    """Portraits against held-back photos, and held-back photos against each other: one median per picture."""
    double = double_of(photos[::2], models)
    held = [vector for photo in photos[1::2] if (vector := seen(read(photo), judge, models)) is not None]
    own = [float(np.median([a @ b for b in held if b is not a])) for a in held] if len(held) > 1 else []
    used: tuple[int, ...] = ()
    portraits = []
    for template in list(catalogue().values())[:templates]:
        made = StudioEngine().render(double, template, RenderOptions(used=used))
        used += (made.photo,)
        vector = seen(np.asarray(cv2.resize(made.pixels, None, fx=0.6, fy=0.6), np.uint8), judge, models)
        portraits.append(float(np.median([vector @ b for b in held])) if vector is not None else -1.0)
    return {"portraits": portraits, "own": own}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", help="one folder of photos per person; only figures are shown"
    )
    parser.add_argument("--templates", type=int, default=99)
    options = parser.parse_args()
    models = settings.load().models
    if options.folder is None:
        sets = {name: people.photos_of(name) for name in people.NAMES}
    else:
        sets = {f.name: list_photos(f) for f in sorted(options.folder.iterdir()) if f.is_dir()}
    name, judge = judge_of(models)
    print(f"judge: {name}")
    print(
        f"{'person':<18}{'portraits':>10} {'95 %':<13}{'n':>3}  {'own photos':>11} {'95 %':<13}{'n':>3}  ratio"
    )
    rows = []
    for number, (who, photos) in enumerate(sets.items(), 1):
        try:
            found = person(photos, judge, models, options.templates)
        except FenshenError as refusal:
            print(f"person {number:<11}refused: {refusal.code}")
            continue
        portraits, own = (float(np.median(found[key])) for key in ("portraits", "own"))
        low, high = (interval(found[key]) for key in ("portraits", "own"))
        label = who if options.folder is None else f"person {number}"
        rows.append((portraits / own, label))
        print(
            f"{label:<18}{portraits:>10.3f} {low[0]:.3f}..{low[1]:.3f} {len(found['portraits']):>3}  "
            f"{own:>11.3f} {high[0]:.3f}..{high[1]:.3f} {len(found['own']):>3}  {portraits / own:.2f}"
        )
    if rows:
        print(
            f"worst: {min(rows)[1]}, portraits reach {min(rows)[0]:.2f} of the likeness of the sitter's own photos"
        )


if __name__ == "__main__":
    main()
