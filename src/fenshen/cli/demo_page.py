"""The page a demo leaves behind: one file for each language, readable from the disk, without script or network."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from os.path import relpath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from fenshen.cli import demo_facts
from fenshen.double import choose
from fenshen.flow.demonstrate import Demonstration
from fenshen.photos.folder import PhotoFile
from fenshen.rights.desk import Desk
from fenshen.templates.catalogue import for_everybody
from fenshen.words import languages, say

DESTROYED, AGREED, EARLIER, KEY = (
    f"receipts/{name}"
    for name in ("photos-destroyed.json", "consent.json", "earlier-double-erased.json", "studio.pub")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the page finds its pictures."""

    files: Sequence[PhotoFile]
    folder: (
        Path | None
    )  # of the sitter's own photos, which are shown where they lie; None: a bundled person's
    stage: Path  # where the run's files are now
    out: Path  # where they will be

    def photo(self, index: int) -> str:
        """Address of a photo, as the page must write it."""
        folder = "photos" if self.folder is None else relpath(self.folder, self.out)
        return quote(Path(folder, self.files[index].name).as_posix())


def file_name(language: str, first: str) -> str:
    """Name of the page in a language; the language of the settings is the one that opens first."""
    return "index.html" if language == first else f"index.{language}.html"


def enclosures(shown: Demonstration, desk: Desk) -> dict[str, bytes]:
    """Receipts and public key, copied beside the page so that a stranger can check them. Nobody is named in them."""
    found = {DESTROYED: shown.sitting.receipt.read_bytes(), KEY: desk.signer.public_pem()}
    if shown.erased is not None:
        found[EARLIER] = shown.erased.receipt.data
    return found


def render(shown: Demonstration, source: Source, desk: Desk, language: str) -> str:
    """Write the page in one language."""
    environment = Environment(
        loader=PackageLoader("fenshen.cli", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"bytes": _bytes, "moment": _moment}
    other = next(each for each in languages() if each != language)
    told = partial(_told, language)
    facts: dict[str, Any] = {
        "photos": demo_facts.photos(shown, source, told),
        "views": demo_facts.views(shown),
        "takes": demo_facts.takes(shown, source),
        "portraits": demo_facts.portraits(shown, language),
        "own": demo_facts.own_likeness(shown),
        "labels": demo_facts.labels(shown, desk),
        "receipt": demo_facts.receipt(shown),
        "held": demo_facts.held(shown),
        "steps": demo_facts.steps(shown),
    }
    page = environment.get_template("demo.html.jinja")
    return page.render(
        t=told,
        language=language,
        other=other,
        other_page=file_name(other, desk.settings.language),
        shown=shown,
        sitting=shown.sitting,
        report=shown.sitting.report,
        bundled=source.folder is None,
        now=desk.clock.now(),
        version=version("fenshen"),
        destroyed_file=DESTROYED,
        earlier_file=EARLIER,
        key_file=KEY,
        most_takes=choose.LIMIT,
        all_templates={each.template for each in shown.portraits} == set(for_everybody()),
        **facts,
    )


def _told(language: str, code: str, field: str = "what", /, **facts: str | float) -> str:
    return say(code, language, field, **facts)


def _bytes(count: int) -> str:
    """A number of bytes as people read it."""
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def _moment(moment: Any) -> str:
    """A moment on the clock of this machine, to the minute; no line breaks inside the date."""
    return f"{moment.astimezone():%Y-\u2060%m-\u2060%d %H:%M}"
