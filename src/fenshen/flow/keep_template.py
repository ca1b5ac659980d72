"""An imported template becomes a pack of one's own: a folder that is there whole or not at all."""

import secrets
import shutil
from pathlib import Path
from typing import Final

from fenshen.clock import Clock
from fenshen.engines.studio.scenery import coded
from fenshen.errors import FenshenError
from fenshen.flow.import_template import Imported
from fenshen.labels import iptc, tc260
from fenshen.labels.carry import Carried, carry_over
from fenshen.labels.profile import srgb
from fenshen.settings import Settings
from fenshen.store.disk import naming_a_full_disk, private_folder, write_durably
from fenshen.templates.assets import Marks
from fenshen.templates.catalogue import catalogue
from fenshen.templates.packs import forbids_derivatives, read_pack
from fenshen.templates.writing import as_toml

RECIPE: Final = "template.toml"
RANDOM: Final = 16  # bytes


class TemplateNameTakenError(FenshenError):
    """Another template has that name. Facts: ``name``."""

    code = "template_name_taken"


class LicenceForbidsError(FenshenError):
    """The picture's licence allows nothing to be made of it. Facts: ``licence``."""

    code = "licence_forbids"


def free_name(settings: Settings) -> str:
    """The first of own_1, own_2, … that no template and no folder has."""
    taken = set(catalogue())
    number = 1
    while f"own_{number}" in taken or (settings.template_folder / f"own_{number}").exists():
        number += 1
    return f"own_{number}"


def check_name(name: str, settings: Settings) -> None:
    """Raise TemplateNameTakenError when a template or a folder has that name: asked before any work is done."""
    if name in catalogue() or (settings.template_folder / name).exists():
        raise TemplateNameTakenError(name=name)


def check_licence(licence: str) -> None:
    """Raise LicenceForbidsError when nothing may be made of the picture: asked before any work is done."""
    if forbids_derivatives(licence):
        raise LicenceForbidsError(licence=licence)


def keep_template(imported: Imported, *, settings: Settings, clock: Clock) -> Path:
    """1. is the name free  2. write beside  3. read back  4. give the folder its name. Returns the folder.

    A plate whose picture came with marks of AI carries them. Raises TemplateNameTakenError,
    LicenceForbidsError, DiskFullError.
    """
    template = imported.template
    check_name(template.name, settings)  # (1)
    check_licence(template.licence)
    home = private_folder(settings.template_folder)
    part = home / f".{template.name}.{secrets.token_hex(4)}.part"
    try:
        private_folder(part)
        for asset in template.assets:
            data = coded(imported.plate, srgb())
            write_durably(part / asset.file, _marked(data, asset.ai, settings, clock) if asset.ai else data)
        write_durably(part / RECIPE, as_toml(template).encode())  # (2)
        _check(part)  # (3)
        with naming_a_full_disk():
            try:
                part.rename(home / template.name)  # (4)
            except (FileExistsError, NotADirectoryError):
                raise TemplateNameTakenError(name=template.name) from None
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return home / template.name


def _check(folder: Path) -> None:
    if read_pack(folder).faults:
        raise AssertionError("an imported template does not pass its own check")


def _marked(data: bytes, marks: Marks, settings: Settings, clock: Clock) -> bytes:
    """The plate with the marks its picture came with; this studio is who passes it on."""
    label = tc260.parse(marks.tc260) if marks.tc260 else None
    carried = Carried(
        label=label, source_type=iptc.VOCABULARY + marks.source_type if marks.source_type else None
    )
    number = tc260.new_produce_id(clock.now(), secrets.token_bytes(RANDOM))
    return carry_over(data, carried, propagator=settings.producer, propagate_id=number)
