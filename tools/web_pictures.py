"""Make the pictures of the web studio's first page anew: two people who do not exist, labelled like all that leaves.

.venv/bin/python tools/web_pictures.py      writes src/fenshen/web/static/examples-{en,zh}.webp
"""

import secrets
import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from fenshen import people, settings
from fenshen.clock import SystemClock
from fenshen.engines.studio.engine import StudioEngine
from fenshen.flow.portray import Order, portray
from fenshen.flow.sit import sit
from fenshen.ids import SitterId, new_id
from fenshen.labels import tc260
from fenshen.labels.lettering import Box
from fenshen.labels.write import SourceType, label
from fenshen.portrait.sheet import PAPER, contact_sheet
from fenshen.progress import Silent
from fenshen.rights import consent, retention
from fenshen.rights.desk import Desk
from fenshen.rights.purposes import Purpose

STATIC = Path(__file__).resolve().parents[1] / "src" / "fenshen" / "web" / "static"
SHOWN = {
    "anna": ("golden_hour", "clamshell", "blossom"),
    "omar": ("rembrandt", "platinum", "skyline"),
}
CELL = (188, 250)  # pixels of one portrait
GAP = 6
QUALITY = 66


def main() -> None:
    """Sit for both, render three portraits each, lay them out, label the whole, in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        here = settings.load()
        home = Path(folder)
        desk = retention.start(
            replace(here, home=home, key_file=home / "keys" / "kek", database="", blobs="", key="")
        )
        files = [
            file for name, templates in SHOWN.items() for file in _portraits(desk, name, templates, home)
        ]
        order = [files[at] for at in (0, 3, 1, 4, 2, 5)]
        rows = [contact_sheet(order[at : at + 3], cell=CELL, gap=GAP, margin=0) for at in (0, 3)]
    sheet = np.concatenate([rows[0], np.full((GAP, rows[0].shape[1], 3), PAPER, np.uint8), rows[1]])
    for language in ("en", "zh"):
        made = label(
            np.ascontiguousarray(sheet), format="WEBP", source_type=SourceType.COMPOSITE_SYNTHETIC,
            producer="fenshen-studio", produce_id=tc260.new_produce_id(SystemClock().now(), secrets.token_bytes(16)),
            language=language, faces=(), signer=None, design="caption",
        )  # fmt: skip
        full, file = Image.open(BytesIO(made.data)), STATIC / f"examples-{language}.webp"
        full.save(file, quality=QUALITY, method=6, xmp=full.info["xmp"])  # smaller, with the same label
        print(f"{file.name}: {file.stat().st_size} bytes, {full.size[0]} x {full.size[1]}")


def _portraits(desk: Desk, name: str, templates: tuple[str, ...], home: Path) -> list[tuple[bytes, Box]]:
    sitter = SitterId(new_id("sitter"))
    consent.grant(desk, sitter, tuple(Purpose), adult=True, is_self=True, language="en")
    made = sit(people.photos_of(name), sitter, desk=desk, progress=Silent())
    order = Order(templates=templates, short_side=640)
    sent = portray(made.double, order, home / name, desk=desk, engine=StudioEngine(), progress=Silent())
    return [(each.file.read_bytes(), each.sent.picture) for each in sent]


if __name__ == "__main__":
    main()
