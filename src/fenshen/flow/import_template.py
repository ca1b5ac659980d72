"""A template of one's own from a portrait: its frame, pose, light and background, and nothing of its face."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from fenshen.clock import Clock
from fenshen.double.cutting import glare, read_light
from fenshen.engines.studio import as_recipe
from fenshen.engines.studio.as_recipe import Seen
from fenshen.engines.studio.behind import plate_behind
from fenshen.errors import FenshenError
from fenshen.labels import iptc
from fenshen.labels import seen as visible_words
from fenshen.labels.carry import marks_of
from fenshen.photos.decode import Photo, decode, must_cover_photos
from fenshen.photos.inspect import PhotoUnreadableError
from fenshen.photos.measure import BYSTANDER
from fenshen.rights.consent import Permit
from fenshen.templates.assets import NO_LICENCE, Asset, Marks, Release
from fenshen.templates.recipe import Backdrop, Template, Words
from fenshen.vision import faces, mesh
from fenshen.vision.arrays import RGB, floats
from fenshen.vision.canonical import canonical
from fenshen.vision.faces import Face
from fenshen.vision.matte import cut_out
from fenshen.vision.mesh import FaceMesh
from fenshen.vision.person import person_probability, steady_probability
from fenshen.vision.shape import shape_of

LOOK_AT: Final = 1280  # pixels of the longer side: numbers and a plate out of focus need no more
LEAST_EYES: Final = 24.0  # pixels between the pupils below which light and pose are guesswork
SUSPECTED: Final = (
    0.35  # score of the detector from which a face is looked at, when nobody may be left on a plate
)
MAYBE: Final = 0.3  # of what either net says: as likely somebody as not, so no background
A_FACE: Final = 0.5  # of the mesh's own opinion
PICTURE: Final = "behind.webp"
SMILES: Final = ("mouthSmileLeft", "mouthSmileRight")


class ImportNoFaceError(FenshenError):
    """No face was found, so there is no pose and no light to take over."""

    code = "import_no_face"


class ImportSeveralFacesError(FenshenError):
    """More than one person is in the picture. Facts: ``faces``."""

    code = "import_several_faces"


class ImportFaceSmallError(FenshenError):
    """The face is too small to read its light. Facts: ``least``."""

    code = "import_face_small"


class ImportAiLabelledError(FenshenError):
    """The picture says that AI made it, and nobody said that the marks are to be carried on. Facts: ``marks``."""

    code = "import_ai_labelled"


class ImportPersonLeftError(FenshenError):
    """A face could still be made out in what was to be the background."""

    code = "import_person_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What only a person can say of a template: its name, and whose the picture is."""

    name: str
    title: Words
    description: Words
    licence: str = NO_LICENCE
    source: str = "own picture"
    release: Release = "no"
    tags: tuple[str, ...] = ()
    carry_marks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A template and its plate, not yet written anywhere."""

    template: Template
    plate: RGB


def import_template(
    read: Callable[[], bytes], permit: Permit, named: Named, *, models: Path, clock: Clock
) -> Imported:
    """1. ask the permit  2. decode  3. marks  4. the one face  5. cut it out  6. numbers  7. plate  8. who is left?

    Nothing of the face stays: numbers of pose, light and frame, and the background with a filled hole. Raises
    PermitRefusedError before a byte is read, PhotoRefusedErrors, MarksContradictError, and the errors above.
    """
    must_cover_photos(permit, clock)  # (1)
    data = _read(read)
    photo = decode(data, permit, longest_edge=LOOK_AT, clock=clock)  # (2)
    marks = _marks(data, photo, carry=named.carry_marks)  # (3)
    found = faces.detect(photo.pixels, models)
    face, fitted = _the_one(photo.pixels, found, models)  # (4)
    seen = _seen(photo.pixels, face, fitted, models)  # (5)
    crop, look = as_recipe.crop_of(seen), as_recipe.look_of(seen)  # (6)
    bystanders = _beside([other.box for other in _people(photo.pixels, models)], face)
    plate = plate_behind(photo.pixels, floats(1 - seen.behind), bystanders, crop)  # (7)
    if _people(plate, models):  # (8)
        raise ImportPersonLeftError
    asset = Asset(
        file=PICTURE, licence=named.licence, source=named.source, model_release=named.release, ai=marks
    )
    template = Template(
        name=named.name, title=named.title, description=named.description, tags=named.tags,
        licence=named.licence, source=named.source, private=named.release == "no",
        assets=(asset,), aspect=round(crop.width / crop.height, 3), label="caption",
        framing=as_recipe.framing_of(seen, crop), lens=as_recipe.lens_of(crop), wish=as_recipe.wish_of(seen),
        rig=as_recipe.rig_of(seen), look=look,
        backdrop=Backdrop(colour=(0.18, 0.18, 0.18), picture=PICTURE, distance=2.5, wrap=0.14),
    )  # fmt: skip
    return Imported(template=template, plate=as_recipe.undeveloped(plate, look))


def _read(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except OSError as error:
        raise PhotoUnreadableError from error


def _marks(data: bytes, photo: Photo, *, carry: bool) -> Marks | None:
    """What the picture says of AI, to be carried on; None when it says nothing. Raises ImportAiLabelledError."""
    carried = marks_of(data)
    term = (
        iptc.term(carried.source_type) if carried.source_type and iptc.says_ai(carried.source_type) else None
    )
    words = visible_words.find(photo.pixels) is not None
    which = [*photo.marks.which, *(["visible"] if words else [])]
    if not (term or carried.label or words or photo.marks.ai_made or photo.marks.ai_edited):
        return None
    if not carry:
        raise ImportAiLabelledError(marks=", ".join(which))
    said = (
        "trainedAlgorithmicMedia" if photo.marks.ai_made or words else "compositeWithTrainedAlgorithmicMedia"
    )
    return Marks(source_type=term or said, tc260=carried.label.to_json() if carried.label else "")


def _the_one(rgb: RGB, found: Collection[Face], models: Path) -> tuple[Face, FaceMesh]:
    """The only face that matters, and its mesh. Raises what is wrong with it."""
    every = sorted(found, key=lambda face: -face.box[2] * face.box[3])
    if not every:
        raise ImportNoFaceError
    largest = every[0].box[2] * every[0].box[3]
    matter = [face for face in every if face.box[2] * face.box[3] >= BYSTANDER * largest]
    if len(matter) > 1:
        raise ImportSeveralFacesError(faces=len(matter))
    eyes = every[0].points[1] - every[0].points[0]
    if float(np.hypot(*eyes)) < LEAST_EYES:
        raise ImportFaceSmallError(least=round(LEAST_EYES))
    return every[0], mesh.fit(rgb, every[0], models)


def _seen(rgb: RGB, face: Face, fitted: FaceMesh, models: Path) -> Seen:
    """Cut the person out, read light and shape, and let the cut-out go."""
    votes = steady_probability(rgb, face.box, models), person_probability(rgb, models)
    matte = cut_out(rgb, *votes, face.box)
    anybody = np.maximum.reduce([matte.alpha, *(floats(vote > MAYBE) for vote in votes)])
    shape = shape_of(matte.alpha, fitted.points, canonical(models).triangles)
    light = read_light(rgb, fitted.points, shape)
    return Seen(
        rgb=rgb,
        mesh=fitted,
        smile=float(np.mean([fitted.blendshapes[name] for name in SMILES])),
        light=light.harmonics,
        skin=light.skin,
        glare=glare(rgb, matte.alpha, fitted.points, light.skin),
        behind=floats(1 - anybody),
    )


def _people(rgb: RGB, models: Path) -> list[Face]:
    """Every face that is even suspected, and in which the mesh sees one too."""
    suspected = faces.detect(rgb, models, sure=SUSPECTED)
    return [face for face in suspected if mesh.fit(rgb, face, models).presence >= A_FACE]


def _beside(
    boxes: Collection[tuple[float, float, float, float]], face: Face
) -> list[tuple[float, float, float, float]]:
    """Boxes whose middle does not lie in the face's own: a detector in doubt sees one face several times."""
    x, y, width, height = face.box
    return [
        (left, top, wide, tall)
        for left, top, wide, tall in boxes
        if not (x < left + wide / 2 < x + width and y < top + tall / 2 < y + height)
    ]
