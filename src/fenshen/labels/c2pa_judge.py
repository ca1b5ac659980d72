"""What a file's C2PA manifest proves, and what the invisible mark beside it does."""

from collections.abc import Callable
from typing import Final

from fenshen.labels import c2pa_native, iptc
from fenshen.labels.c2pa_manifest import Manifest, Trust
from fenshen.labels.commitment import opens
from fenshen.labels.container import Container
from fenshen.labels.findings import Mark, State
from fenshen.labels.invisible import Watermark
from fenshen.labels.jumbf import is_tight
from fenshen.labels.visible import RGB8

Known = Callable[[int], bool]  # whether the studio issued a portrait under this mark

_STATES: Final = {
    Trust.OURS: State.VALID,
    Trust.UNKNOWN: State.FOREIGN,
    Trust.EXPIRED: State.EXPIRED,
    Trust.BROKEN: State.ALTERED,
    Trust.UNREADABLE: State.MALFORMED,
}


def manifest_of(data: bytes, file: Container, anchor: str) -> Manifest | None:
    """Give what the file's manifest says, None when there is none. anchor: root certificates to trust, PEM.

    A manifest of ours with a byte that nobody signed and that is not as we write it is BROKEN: a validator looks
    past such bytes, and somebody put them there.
    """
    if not file.c2pa_parts:
        return None
    if sum(map(len, file.c2pa_parts)) > c2pa_native.LARGEST_STORE:
        return Manifest(trust=Trust.UNREADABLE)
    found = c2pa_native.read(data, file.mime, anchor)
    if found.trust is Trust.OURS and not (file.is_c2pa_plain and is_tight(file.c2pa)):
        return Manifest(trust=Trust.BROKEN, signer=found.signer, generator=found.generator)
    return found


def credentials(manifest: Manifest | None, anchor: str) -> Mark:
    """Say whose manifest it is and whether it is whole."""
    if manifest is None:
        return Mark(mark="c2pa", state=State.ABSENT)
    terms = [iptc.term(uri) or uri for uri in dict.fromkeys(manifest.source_types)]
    value = " · ".join(filter(None, (manifest.signer, manifest.generator, *terms)))
    state = _STATES[manifest.trust]
    if state is State.FOREIGN and not anchor:
        state = State.UNCHECKED  # it may be ours: there is nothing to know it by
    return Mark(mark="c2pa", state=state, value=value)


def training(manifest: Manifest) -> Mark:
    """Say what the manifest says of training AI on the picture."""
    if manifest.training is None:
        return Mark(mark="training", state=State.ABSENT)
    said = "allowed" if manifest.training else "notAllowed"
    states = {Trust.OURS: State.VALID, Trust.BROKEN: State.ALTERED}
    return Mark(mark="training", state=states.get(manifest.trust, State.PRESENT), value=said)


def consent(manifest: Manifest, receipt: bytes | None) -> Mark:
    """Say whether the portrait is bound to a consent receipt, and to this one when one is shown."""
    if manifest.consent is None:
        return Mark(mark="consent", state=State.ABSENT)
    if manifest.trust is Trust.BROKEN:
        return Mark(mark="consent", state=State.ALTERED)
    if receipt is None:
        return Mark(mark="consent", state=State.PRESENT)
    if not opens(manifest.consent, receipt):
        return Mark(mark="consent", state=State.FOREIGN)
    return Mark(mark="consent", state=State.VALID if manifest.trust is Trust.OURS else State.UNCHECKED)


def watermark(
    rgb: RGB8 | None, manifest: Manifest | None, reader: Watermark | None, known: Known | None
) -> Mark:
    """Look for the invisible mark; it is ours only when the register knows it.

    rgb: the decoded picture, None in formats the studio never writes.
    """
    bound = manifest.watermark if manifest and manifest.trust is Trust.OURS else None
    if rgb is None or reader is None:
        return Mark(mark="watermark", state=State.ABSENT if bound is None else State.UNCHECKED)
    found = reader.find(rgb)
    if found is None:
        return Mark(mark="watermark", state=State.ABSENT)
    value = f"{found.mark:012x}"
    if bound is not None and found.mark != bound:
        return Mark(mark="watermark", state=State.ALTERED, value=value)
    if known is None and bound is None:
        return Mark(mark="watermark", state=State.UNCHECKED, value=value)
    is_ours = bound is not None or (known is not None and known(found.mark))
    return Mark(mark="watermark", state=State.VALID if is_ours else State.FOREIGN, value=value)
