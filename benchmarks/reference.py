"""Makes the frozen distribution that a set's score is compared with: src/fenshen/photos/reference.json.

    python benchmarks/reference.py DATA

DATA holds ``synthetic/<person>`` (five people who do not exist) and, when present, ``london/<person>`` (36 consenting
adults, two photos each, of whom nothing but scores is kept). Every photo is looked at as it is and spoilt in DRAWS
random ways, as telephones and messengers spoil photos. Then SETS sets are drawn: a person, a number of photos from 1
to 30 (as many small sets as large ones, on a logarithmic scale; London people have two), a carefulness from 0 to 1 that
says how many of them are spoilt. Each set is scored by the published formula. No user's photo has any part in this,
and the file does not change while the studio runs.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.photos.inspect import Inspected, inspect
from fenshen.photos.score import score
from fenshen.photos.together import choose_frontal, compared
from fenshen.rights.consent import Purpose, for_this_run

SETS, DRAWS, SEED, MOST = 4000, 2, 20261122, 30
TARGET = Path(__file__).parents[1] / "src" / "fenshen" / "photos" / "reference.json"


@dataclass(frozen=True, slots=True)
class Pool:
    """One person's photos as they are, and spoilt."""

    good: list[Inspected]
    spoilt: list[Inspected]


def spoil(image: Image.Image, chance: random.Random) -> bytes:
    """Spoil a photo in one or two ways, from hardly to badly."""
    quality = 92
    for way in chance.sample(("blur", "dark", "bright", "noise", "small", "jpeg"), chance.choice((1, 1, 2))):
        much = chance.random()
        if way == "blur":
            image = image.filter(ImageFilter.GaussianBlur(0.5 + 3 * much))
        elif way == "dark":
            image = ImageEnhance.Brightness(image).enhance(0.8 - 0.6 * much)
        elif way == "bright":
            image = ImageEnhance.Brightness(image).enhance(1.2 + 0.9 * much)
        elif way == "noise":
            grain = np.random.default_rng(chance.getrandbits(32)).normal(
                0, 3 + 15 * much, (*image.size[::-1], 3)
            )
            image = Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
        elif way == "small":
            image = image.resize([round(side * (0.7 - 0.5 * much)) for side in image.size])
        else:
            quality = round(60 - 50 * much)
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def look_at(data: Path, chance: random.Random) -> dict[str, Pool]:
    permit, models = for_this_run(Purpose.INSPECT_PHOTOS, SystemClock()), settings.load().models
    pools: dict[str, Pool] = defaultdict(lambda: Pool([], []))
    for kind in ("synthetic", "london"):
        for file in sorted((data / kind).glob("*/*.jpg")):
            pool, content = pools[f"{kind}/{file.parent.name}"], file.read_bytes()
            pool.good.append(inspect(content, permit, models))
            image = Image.open(BytesIO(content)).convert("RGB")
            for _ in range(DRAWS):
                pool.spoilt.append(inspect(spoil(image, chance), permit, models))
    return dict(pools)


def draw(pool: Pool, chance: random.Random) -> int:
    """Score of one set drawn from a person's photos."""
    count = min(round(MOST ** chance.random()), len(pool.good))
    careful = chance.random()
    photos = [
        chance.choice(pool.spoilt[DRAWS * i : DRAWS * (i + 1)]) if chance.random() > careful else pool.good[i]
        for i in chance.sample(range(len(pool.good)), count)
    ]
    numbered = [
        Inspected(
            index=index,
            role=p.role,
            verdict=p.verdict,
            measures=p.measures,
            scene=p.scene,
            mesh=p.mesh,
            embedding=p.embedding,
        )
        for index, p in enumerate(photos)
    ]
    chosen = choose_frontal(numbered)
    final = compared(numbered, chosen)
    usable = {p.index: p.measures for p in final if p.measures and p.verdict.is_usable}
    first = usable.pop(chosen, None) if chosen is not None else None
    return score(first, list(usable.values()))


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    data = words.parse_args().data
    if not data.is_dir():
        print("skipped: the folder of test sets is not here")
        return 0
    chance = random.Random(SEED)  # noqa: S311  (a draw, no secret)
    pools = look_at(data, chance)
    rendered, real = ([pool for name, pool in pools.items() if name.startswith(kind)] for kind in ("s", "l"))
    scores = [draw(chance.choice(real if real and i % 4 == 0 else rendered), chance) for i in range(SETS)]
    made = {
        "made_by": "benchmarks/reference.py",
        "seed": SEED,
        "n": SETS,
        "people": {"synthetic": len(rendered), "london": len(real)},
        "percentile": "100 x (sets with a lower score + half of those with the same) / n, rounded",
        "sets_by_score": [scores.count(points) for points in range(101)],
    }
    TARGET.write_text(json.dumps(made) + "\n", encoding="utf-8")
    print(
        {q: int(np.percentile(scores, q)) for q in (5, 25, 50, 75, 95)},
        f"without a usable frontal: {scores.count(0)}",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
