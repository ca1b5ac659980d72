"""The last steps of whatever leaves: label, enter in the register, deliver. One export is one run."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from fenshen.engines.engine import EngineCard
from fenshen.errors import FenshenError
from fenshen.ids import DoubleId, ExportId, SitterId
from fenshen.labels import register, tc260, visible
from fenshen.labels.c2pa_authority import Credentials
from fenshen.labels.c2pa_manifest import Story
from fenshen.labels.c2pa_operator import open_credentials
from fenshen.labels.commitment import commit
from fenshen.labels.deliver import deliver
from fenshen.labels.lettering import Box
from fenshen.labels.register import Made
from fenshen.labels.visible import RGB8, FaceBox
from fenshen.labels.write import Format, LabelledPicture, SourceType, label
from fenshen.rights import consent, label_free
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.label_free import LabelFreePermit
from fenshen.store import exports

MOST_AT_ONCE: Final = (
    100  # portraits of one export: every template once; more is no person's order but a data set
)
SALT: Final = 16  # bytes
UNLABELLED: Final = "none"  # in the register, instead of a design


class ExportTooLargeError(FenshenError):
    """More portraits were asked for at once than leave at once. Facts: ``asked``, ``limit``."""

    code = "export_too_large"


class Keep(Protocol):
    """Puts a labelled picture where it belongs: a file of the person, or the vault until they fetch it."""

    def __call__(self, picture: LabelledPicture, target: Path, /) -> None:
        """Put it there, whole or not at all."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A picture that is ready to leave, and how it came about."""

    pixels: RGB8
    faces: Sequence[FaceBox]
    source_type: SourceType
    kind: str  # portrait, layer, sheet, preview or together
    design: visible.Design = "corner"
    template: str | None = None
    beautify: float = 0.0
    closer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A picture that has left."""

    produce_id: str
    label: str  # design of its visible label, or UNLABELLED
    picture: Box  # where the picture itself lies in the file, without what the label added


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export under way."""

    desk: Desk
    id: ExportId
    engine: EngineCard
    format: Format
    keep: Keep  # where it goes when it is labelled
    credentials: Credentials
    consented: (
        bytes | None
    )  # receipt of the consent that this rests on; its salted hash goes into the credentials
    free: LabelFreePermit | None = None  # whether portraits leave without visible words

    def send(self, going: Outgoing, target: Path) -> Sent:
        """1. label  2. enter in the register  3. deliver.

        In this order: a machine that stops in between leaves an entry without a file, never a file without an entry.
        Raises NoRoomForLabelError, TargetExistsError, TargetNotWritableError, DiskFullError.
        """
        desk, free = self.desk, self.free if going.kind == "portrait" else None
        number, mark = self.new_number(), register.new_mark(desk)
        picture = self.labelled(going, number, mark, free)  # (1)
        design = UNLABELLED if free else going.design
        register.enter(desk, self.id, picture, mark, self.made(going, design))  # (2)
        self.keep(picture, target)  # (3)
        return Sent(produce_id=picture.produce_id, label=design, picture=_box(going, desk, free))

    def new_number(self) -> str:
        """Draw a number for one label, or for several pictures that leave as one."""
        return tc260.new_produce_id(self.desk.clock.now(), secrets.token_bytes(16))

    def labelled(
        self, going: Outgoing, number: str, mark: int, free: LabelFreePermit | None = None
    ) -> LabelledPicture:
        """Put every label on; the register must hold number and mark before the picture goes anywhere."""
        return label(
            going.pixels,
            format=self.format,
            source_type=going.source_type,
            producer=self.desk.settings.producer,
            produce_id=number,
            language=self.desk.settings.language,
            faces=going.faces,
            signer=self.desk.signer.sign,
            design=going.design,
            label_free=free,
            mark=mark,
            credentials=self.credentials,
            story=self._story(going),
        )

    def made(self, going: Outgoing, design: str) -> Made:
        """What the register says of it."""
        return Made(
            kind=going.kind,
            template=going.template,
            engine=self.engine.name,
            engine_version=self.engine.version,
            label=design,
            beautify=going.beautify,
            closer=going.closer,
        )

    def _story(self, going: Outgoing) -> Story:
        """What the credentials tell besides: how far it was beautified, and a commitment to the consent."""
        committed = commit(self.consented, secrets.token_bytes(SALT)) if self.consented else None
        return Story(beautify=going.beautify, consent=committed)


def open_export(
    desk: Desk,
    sitter: SitterId,
    double: DoubleId | None,
    *,
    kind: str,
    engine: EngineCard,
    format: Format = "JPEG",  # noqa: A002
    replace: bool = False,
    free: LabelFreePermit | None = None,
) -> Export:
    """Note that pictures are about to leave together. Raises LabelFreeNotAgreedError when that agreement has ended."""
    if free:
        label_free.note_use(desk, free)
    application = free.application if free else None
    id_ = register.open_export(desk, kind=kind, sitter=sitter, double=double, application=application)
    return Export(
        desk=desk,
        id=id_,
        engine=engine,
        format=format,
        keep=partial(deliver, replace=replace),
        credentials=open_credentials(desk.settings, desk.vault.keys, desk.clock.now()),
        consented=consent.receipt_of(desk, sitter, Purpose.RENDER_PORTRAIT),
        free=free,
    )


def open_group_export(
    desk: Desk,
    sitters: Sequence[SitterId],
    *,
    engine: EngineCard,
    format: Format,  # noqa: A002
    replace: bool,
) -> Export:
    """Note that a picture of several people is about to leave: of all of them, and of nobody alone.

    Its credentials hold no commitment to a consent: several cannot share one without naming each other.
    """
    id_ = register.open_export(desk, kind="together", sitter=None, double=None)
    with desk.store.begin() as connection:
        exports.add_people(connection, id_, sitters)
    return Export(
        desk=desk,
        id=id_,
        engine=engine,
        format=format,
        keep=partial(deliver, replace=replace),
        credentials=open_credentials(desk.settings, desk.vault.keys, desk.clock.now()),
        consented=None,
    )


def open_model_export(desk: Desk, *, engine: EngineCard, format: Format, replace: bool) -> Export:  # noqa: A002
    """Note that pictures of a bundled person are about to leave: of nobody, and labelled like all that leaves."""
    return Export(
        desk=desk,
        id=register.open_export(desk, kind="previews", sitter=None, double=None),
        engine=engine,
        format=format,
        keep=partial(deliver, replace=replace),
        credentials=open_credentials(desk.settings, desk.vault.keys, desk.clock.now()),
        consented=None,
    )


def check_size(asked: int) -> None:
    """Refuse an export of more portraits than leave at once. Raises ExportTooLargeError."""
    if asked > MOST_AT_ONCE:
        raise ExportTooLargeError(asked=asked, limit=MOST_AT_ONCE)


def _box(going: Outgoing, desk: Desk, free: LabelFreePermit | None) -> Box:
    height, width = going.pixels.shape[:2]
    if free:
        return 0, 0, width, height
    language = desk.settings.language
    return visible.lay_out(width, height, language=language, faces=going.faces, design=going.design).picture
