"""What the studio's C2PA manifest says, and reading what anybody's says. No library, no file, no clock.

Ours tells: made by this system on this day under this number; of which kind (IPTC term, the same as in the
XMP); that it was beautified, when it was; which invisible mark it carries; that nobody may train on it; and a
commitment to the consent receipt. It holds no thumbnail, no ingredient, no file name, no title.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from fenshen import __version__
from fenshen.labels import iptc
from fenshen.labels.commitment import Commitment, from_hex

SYSTEM: Final = "Fenshen"
WATERMARK: Final = "org.fenshen.mark.1"  # our algorithm's name in the soft binding; 48 bits as 12 hex digits
CONSENT: Final = "org.fenshen.consent-receipt"
_PROVIDER, _NUMBER, _STRENGTH = "org.fenshen.provider", "org.fenshen.produce-id", "org.fenshen.percent"
_TRAINING: Final = "cawg.training-mining"
_USES: Final = ("cawg.ai_training", "cawg.ai_generative_training", "cawg.ai_inference", "cawg.data_mining")
MARKS: Final = 1 << 48  # how many marks there are
_MARK_BYTES: Final = 6
_DEEPEST: Final = 4096  # characters of any one value that is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How a portrait came to be, beyond what its label says."""

    beautify: float = 0.0  # 0 = nothing was beautified .. 1
    consent: Commitment | None = None


class Trust(StrEnum):
    """What the signature under a manifest is worth."""

    OURS = "ours"  # signed by whom we trust, and nothing was changed
    UNKNOWN = "unknown"  # nothing was changed, but who signed is not known to us
    EXPIRED = "expired"  # nothing was changed, but the certificate has ended
    BROKEN = "broken"  # something was changed
    UNREADABLE = "unreadable"  # no manifest, though it stands in a manifest's place


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the active manifest of a file says. Empty where it says nothing."""

    trust: Trust
    signer: str = ""  # organisation that the certificate names
    generator: str = ""  # name and version of what wrote the manifest
    source_types: tuple[str, ...] = ()  # full URIs
    watermark: int | None = None  # 48 bits, ours only
    training: bool | None = None  # whether training is allowed; None when nothing is said
    consent: Commitment | None = None
    produce_id: str = ""


def define(
    *, source_type: iptc.SourceType, producer: str, produce_id: str, mark: int | None, story: Story
) -> dict[str, Any]:
    """Write the manifest. The moment is that of the content number, so nothing here asks a clock.

    mark: the 48 bits of the invisible mark, None when there is none. ValueError when it has more.
    """
    when = moment(produce_id)
    agent = {"name": SYSTEM, "version": __version__}
    created = {
        "action": "c2pa.created",
        "when": when,
        "digitalSourceType": source_type.uri,
        "softwareAgent": agent,
        "parameters": {_PROVIDER: producer, _NUMBER: produce_id},
    }
    actions: list[dict[str, Any]] = [created]
    if story.beautify > 0:
        parameters = {"name": "beautification", _STRENGTH: round(100 * story.beautify)}
        actions.append({"action": "c2pa.edited", "when": when, "parameters": parameters})
    if mark is not None:
        actions.append({"action": "c2pa.watermarked.bound", "when": when})
    assertions = [{"label": "c2pa.actions.v2", "data": {"actions": actions}}]
    if mark is not None:
        blocks = [{"scope": {}, "value": _as_hex(mark)}]
        assertions.append({"label": "c2pa.soft-binding", "data": {"alg": WATERMARK, "blocks": blocks}})
    uses = {use: {"use": "notAllowed"} for use in _USES}
    assertions.append({"label": _TRAINING, "data": {"entries": uses}})
    if story.consent is not None:
        said = {"alg": "sha256", "salt": story.consent.salt.hex(), "hash": story.consent.digest.hex()}
        assertions.append({"label": CONSENT, "data": said})
    return {"claim_generator_info": [agent], "assertions": assertions}


def moment(produce_id: str) -> str:
    """Give the moment in a content number of ours, as RFC 3339."""
    at = datetime.strptime(produce_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return at.isoformat().replace("+00:00", "Z")


def understand(report: Mapping[str, Any], trust: Trust) -> Manifest:
    """Read a validator's report on a file; whatever has not the form it should have is passed over."""
    active = _table(_table(report.get("manifests")).get(str(report.get("active_manifest"))))
    said = {
        str(one.get("label")).partition("__")[0]: _table(one.get("data"))
        for one in _tables(active.get("assertions"))
    }
    actions = [
        action
        for label in ("c2pa.actions", "c2pa.actions.v2")
        for action in _tables(said.get(label, {}).get("actions"))
    ]
    generator = next(_tables(active.get("claim_generator_info")), {})
    consent = said.get(CONSENT, {})
    return Manifest(
        trust=trust,
        signer=_text(_table(active.get("signature_info")).get("issuer")),
        generator=" ".join(filter(None, (_text(generator.get("name")), _text(generator.get("version")))))
        or _text(active.get("claim_generator")),
        source_types=tuple(
            uri for action in actions if (uri := _text(action.get("digitalSourceType"))).startswith("http")
        ),
        watermark=_watermark(said.get("c2pa.soft-binding", {})),
        training=_training(said.get(_TRAINING) or said.get("c2pa.training-mining") or {}),
        consent=from_hex(consent.get("salt"), consent.get("hash")),
        produce_id=next((_text(_table(action.get("parameters")).get(_NUMBER)) for action in actions[:1]), ""),
    )


def _watermark(said: Mapping[str, Any]) -> int | None:
    value = next((_text(block.get("value")) for block in _tables(said.get("blocks"))), "")
    try:
        mark = int(value, 16)
    except ValueError:
        return None
    is_ours = said.get("alg") == WATERMARK and 0 <= mark < MARKS
    return mark if is_ours and value == _as_hex(mark) else None


def _training(said: Mapping[str, Any]) -> bool | None:
    uses = [_text(_table(entry).get("use")) for entry in _table(said.get("entries")).values()]
    return any(use != "notAllowed" for use in uses) if uses else None


def _as_hex(mark: int) -> str:
    if not 0 <= mark < MARKS:
        raise ValueError("a mark has 48 bits")
    return mark.to_bytes(_MARK_BYTES).hex()


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value[:_DEEPEST] if isinstance(value, str) else ""
