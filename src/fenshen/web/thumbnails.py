"""Small pictures of a person's own photos, for that person's own page."""

from fenshen.ids import PhotoId, SitterId
from fenshen.photos.decode import decode
from fenshen.rights import consent
from fenshen.rights.desk import Desk
from fenshen.rights.purposes import Purpose
from fenshen.vault.vault import DataClass
from fenshen.vision.thumbnail import jpeg

EDGE = 360  # pixels of the longer side


def small(desk: Desk, sitter: SitterId, photo: PhotoId) -> bytes:
    """Open a photo of an album and make it small, without its metadata.

    Raises ConsentRequiredError, PhotoRefusedError.
    """
    permit = consent.require(desk, sitter, Purpose.INSPECT_PHOTOS)
    data = desk.vault.get(sitter, DataClass.PHOTO, photo)
    return jpeg(decode(data, permit, longest_edge=EDGE, clock=desk.clock).pixels)
