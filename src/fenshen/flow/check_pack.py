"""Is this pack sound, and may it be published? Every fault with its file, its field and what to do, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fenshen.clock import Clock
from fenshen.photos.container import PhotoRefusedError
from fenshen.photos.decode import decode, must_cover_photos
from fenshen.rights.consent import Permit
from fenshen.templates.assets import NO_LICENCE, Asset
from fenshen.templates.catalogue import shipped, shipped_packs
from fenshen.templates.packs import Pack, fault, own, read_pack
from fenshen.templates.reading import TemplateFault
from fenshen.templates.recipe import Template
from fenshen.vision import faces, mesh
from fenshen.vision.arrays import RGB

LOOK_AT: Final = 1280  # pixels at which an asset is searched for faces
A_FACE: Final = 0.5  # of the mesh's opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is to be said of a pack."""

    templates: tuple[str, ...]  # names of those that can be read
    faults: tuple[TemplateFault, ...]  # for which the studio does not use it
    not_to_publish: tuple[TemplateFault, ...]  # for which it may be used at home only
    recipes: tuple[Template, ...] = field(default=(), repr=False)  # those that can be read

    @property
    def may_be_published(self) -> bool:
        """Whether it may leave its owner's house."""
        return not (self.faults or self.not_to_publish)


def check_pack(folder: Path, permit: Permit, *, packs: Path, models: Path, clock: Clock) -> Checked:
    """1. ask the permit  2. read the pack  3. open each asset  4. say what keeps it at home.

    An asset may show a face, so it takes a permit to look. packs: the folder of one's own packs, whose other names are
    taken. Raises PermitRefusedError before a byte is read, PackMissingError.
    """
    must_cover_photos(permit, clock)  # (1)
    built_in = folder.resolve() in {pack.resolve() for pack in shipped_packs()}
    taken = frozenset(shipped())
    others = (
        recipe
        for recipe in own(packs, taken)
        if recipe.folder and recipe.folder.resolve() != folder.resolve()
    )
    pack = read_pack(folder, frozenset() if built_in else taken | {recipe.name for recipe in others})  # (2)
    faults, home = list(pack.faults), list(_kept_home(pack))  # (4)
    listed = {asset.file: asset for recipe in pack.templates for asset in recipe.assets}
    for name, data in pack.assets.items():
        try:
            photo = decode(data, permit, longest_edge=LOOK_AT, clock=clock)  # (3)
        except PhotoRefusedError as refused:
            faults.append(fault("asset_unreadable", name, "assets", why=refused.code))
            continue
        said = photo.marks
        if (said.ai_made or said.ai_edited) and listed[name].ai is None:
            faults.append(fault("asset_marks_dropped", name, "assets.ai", marks=", ".join(said.which)))
        if listed[name].model_release != "yes" and _shows_a_face(photo.pixels, models):
            home.append(fault("asset_shows_a_face", name, "assets.model_release"))
    names = tuple(recipe.name for recipe in pack.templates)
    return Checked(templates=names, faults=tuple(faults), not_to_publish=tuple(home), recipes=pack.templates)


def _kept_home(pack: Pack) -> Iterator[TemplateFault]:
    """What a recipe itself says against publishing it."""
    for recipe in pack.templates:
        if recipe.private:
            yield fault("publish_private", recipe.name, "private")
        if recipe.licence == NO_LICENCE:
            yield fault("publish_no_licence", recipe.name, "licence")
        for asset in recipe.assets:
            yield from _unpublished(asset)


def _unpublished(asset: Asset) -> Iterator[TemplateFault]:
    if asset.model_release == "no":
        yield fault("publish_no_release", asset.file, "assets.model_release")
    if asset.licence == NO_LICENCE:
        yield fault("publish_no_licence", asset.file, "assets.licence")


def _shows_a_face(rgb: RGB, models: Path) -> bool:
    return any(mesh.fit(rgb, face, models).presence >= A_FACE for face in faces.detect(rgb, models))
