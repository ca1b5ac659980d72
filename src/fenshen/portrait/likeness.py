"""Is it the sitter? Measured one to one, in memory, within the sitter's own photo-to-photo range."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.spread import likeness_rank
from fenshen.double.take import Take
from fenshen.engines.studio.bands import in_bands, per_channel
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.faces import detect
from fenshen.vision.identity import cosine, embed, looked_at
from fenshen.vision.mesh import FaceMesh, Pose, fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How like the sitter a portrait is."""

    value: float  # median cosine to the takes it was not made from, -1..1
    percentile: float | None  # where that falls among the sitter's own photos, 0..100


class LikenessMeter:
    """Compares portraits with one open double. Its embeddings live as long as it does: in memory, for one job."""

    def __init__(self, double: OpenDouble, models: Path) -> None:
        """Read the takes' faces once."""
        self._models = models
        self._spread = double.spread
        self._takes = {take.photo: embedding_of(take, models) for take in double.takes}

    def measure(self, portrait: RGB, made_from: int) -> Likeness | None:
        """Likeness of an unlabelled portrait (H, W, 3); None when no face can be read in it.

        The take it was made from is left out, unless it is the only one.
        """
        seen = self.see(portrait)
        return None if seen is None else self.likeness(seen, {made_from})

    def see(self, portrait: RGB) -> Floats | None:
        """The face of an unlabelled portrait (H, W, 3) as the net sees it, (128,); None when there is none."""
        faces = detect(portrait, self._models)
        if not faces:
            return None
        return embed(portrait, fit(portrait, faces[0], self._models), self._models)

    def likeness(self, seen: Floats, made_from: Collection[int]) -> Likeness:
        """Likeness of a face that was seen, to the takes it was not made from."""
        value = self.to_takes(seen, but=made_from)
        return Likeness(value=value, percentile=likeness_rank(value, self._spread))

    def to_takes(self, embedding: Floats, *, but: Collection[int] = ()) -> float:
        """Median cosine of a face (128,) to the takes but those of some photos, unless there are no others."""
        others = [known for photo, known in self._takes.items() if photo not in but] or self._takes.values()
        return float(np.median([cosine(embedding, known) for known in others]))


def embedding_of(take: Take, models: Path) -> Floats:
    """A take's face before a grey wall as the net sees it, (128,); only what the net looks at is put there."""
    mesh = mesh_of(take)
    left, top, right, bottom = looked_at(mesh, take.alpha.shape)
    part = np.s_[top:bottom, left:right]
    return embed(on_grey(take, part), replace(mesh, points=mesh.points - floats([left, top, 0])), models)


def on_grey(take: Take, part: tuple[slice, slice] = np.s_[:, :]) -> RGB:
    """A take, or a part of it, before a grey wall, as the identity net sees it. (h, w, 3) uint8 sRGB."""
    foreground, alpha = take.foreground[part], take.alpha[part]
    grey = np.empty(foreground.shape, np.uint8)

    def one(band: slice) -> None:
        cover = per_channel(floats(alpha[band].astype(np.float32) / 255))
        mixed = foreground[band] * cover
        mixed += 128 * (1 - cover)
        grey[band] = np.rint(mixed, out=mixed)

    in_bands(len(grey), one)
    return grey


def mesh_of(take: Take) -> FaceMesh:
    """The mesh of a take in the form that vision works with."""
    turned = Pose(yaw=take.yaw, pitch=take.pitch, roll=take.roll, rotation=np.eye(3, dtype=np.float32))
    return FaceMesh(points=take.points, presence=1.0, blendshapes={}, pose=turned)
