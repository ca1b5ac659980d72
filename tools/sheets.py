"""The contact sheets of docs/gallery.md: every template on every person who does not exist.

    .venv/bin/python tools/sheets.py [FOLDER]
    .venv/bin/python tools/sheets.py --dressed    only templates that bring their own clothes: gallery-NAME-dressed.jpg

FOLDER holds more such people, one folder of photos each; without it the bundled ones are taken. The pictures leave the
studio by its own door, labelled like all others. Look at each at full size before it is committed.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from fenshen import people, settings
from fenshen.engines.studio.engine import StudioEngine
from fenshen.flow.demonstrate import demonstrate
from fenshen.flow.portray import Order
from fenshen.ids import SitterId, new_id
from fenshen.photos.folder import list_photos
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk
from fenshen.templates.catalogue import catalogue

PICTURES: Final = Path(__file__).parent.parent / "docs" / "pictures"


def main(argv: list[str]) -> None:
    """Make one sheet per person: ``docs/pictures/gallery-NAME.jpg``."""
    dressed = argv == ["--dressed"]
    wanted = [recipe.name for recipe in catalogue().values() if recipe.plate or not dressed]
    argv = [] if dressed else argv
    sets = {name: people.photos_of(name) for name in people.NAMES}
    if argv:
        sets |= {
            folder.name: list_photos(folder) for folder in sorted(Path(argv[0]).iterdir()) if folder.is_dir()
        }
    for name, photos in sets.items():
        with tempfile.TemporaryDirectory() as scratch:
            desk = open_desk(
                settings.load(
                    {
                        "FENSHEN_HOME": f"{scratch}/home",
                        "FENSHEN_MODELS": str(settings.load().models),
                        "FENSHEN_LANG": "en",
                    }
                )
            )
            sitter = SitterId(new_id("sitter"))
            consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
            shown = demonstrate(
                photos, sitter, Path(scratch), Order(templates=wanted, short_side=640),
                desk=desk, engine=StudioEngine(), progress=Silent(), accept_few=True,
            )  # fmt: skip
            content = shown.contact.read_bytes()
        (PICTURES / f"gallery-{name}{'-dressed' if dressed else ''}.jpg").write_bytes(content)
        print(
            f"{name}: {len(shown.portraits)} templates from {len(shown.sitting.takes)} takes, {len(content) // 1000} KB"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
