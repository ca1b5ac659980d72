"""The TC260 label `AIGC`: who made this by AI, and under which number (GB 45438-2025, Annex E).

Seven keys in a fixed order, printable ASCII without space, quote and backslash. On first writing the
propagator is the producer. Nothing here is ever derived from a person: the number is time and 128 random
bits.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Final, cast

from fenshen.errors import FenshenError

NAMESPACE: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
MADE_BY_AI: Final = "1"  # 2 = possibly, 3 = suspected: for platforms that find a picture, never for its maker

_KEYS: Final = {
    "label": "Label",
    "content_producer": "ContentProducer",
    "produce_id": "ProduceID",
    "reserved_code_1": "ReservedCode1",
    "content_propagator": "ContentPropagator",
    "propagate_id": "PropagateID",
    "reserved_code_2": "ReservedCode2",
}
_VALUE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")  # Annex E j)
_PRODUCE_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{32}")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
_ID_CARD = re.compile(r"\d{17}[\dXx]")
_PROVIDER_CODE_LENGTH = 27
_RANDOM_BYTES = 16


class ProducerRefusedError(FenshenError):
    """The producer's name cannot stand in a label: empty, or outside the label's characters."""

    code = "producer_refused"
    exit_status = 2


class ProducerPersonalError(FenshenError):
    """The producer's name holds a mobile or identity-card number, which every portrait would carry."""

    code = "producer_personal"
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcLabel:
    """The seven values, in Annex E's order."""

    label: str
    content_producer: str
    produce_id: str
    reserved_code_1: str = ""  # ours: base64 of the studio's signature
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code_2: str = ""

    def to_json(self) -> str:
        """Give the bare JSON object, as TC260-PG-20259A puts it into XMP."""
        values = asdict(self)
        return json.dumps({key: values[name] for name, key in _KEYS.items()}, separators=(",", ":"))

    @property
    def conforms(self) -> bool:
        """Whether the values keep Annex E: label 1 to 3, producer and number given, permitted characters."""
        given = [getattr(self, field.name) for field in fields(self)]
        filled = bool(self.content_producer and self.produce_id)
        return self.label in {"1", "2", "3"} and filled and all(_VALUE.fullmatch(value) for value in given)


def new_produce_id(now: datetime, random: bytes) -> str:
    """Make a content number such as 20261122T101500Z-7f3c…: UTC time and 16 random bytes."""
    if len(random) != _RANDOM_BYTES:
        raise ValueError(f"{_RANDOM_BYTES} random bytes are needed")
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{random.hex()}"


def first_write(*, producer: str, produce_id: str, reserved_code_1: str = "") -> AigcLabel:
    """Give the label of a fresh portrait: made by AI; propagator and its number are the producer's (note 1).

    Raises ProducerRefusedError, ProducerPersonalError; ValueError when the number was not made by
    `new_produce_id`.
    """
    check_producer(producer)
    if not _PRODUCE_ID.fullmatch(produce_id):
        raise ValueError("not a content number of ours")
    return AigcLabel(
        label=MADE_BY_AI,
        content_producer=producer,
        produce_id=produce_id,
        reserved_code_1=reserved_code_1,
        content_propagator=producer,
        propagate_id=produce_id,
    )


def check_producer(producer: str) -> None:
    """Refuse a name that breaks Annex E j) or holds a private person's number, as individuals' codes do."""
    if not producer or not _VALUE.fullmatch(producer):
        raise ProducerRefusedError
    subject = producer[4:22] if len(producer) == _PROVIDER_CODE_LENGTH else producer
    if _MOBILE.search(producer) or any(_is_id_card(found) for found in _ID_CARD.findall(subject)):
        raise ProducerPersonalError


def parse(text: str) -> AigcLabel | None:
    """Read a label as met in the wild: bare or wrapped in {"AIGC": …}, plain or HTML-escaped; else None.

    Missing values are empty, numbers become text: what a label claims is shown even when it does not conform.
    """
    for attempt in (text, html.unescape(text)):
        try:
            found = json.loads(attempt.strip().strip("\0"))
        except (ValueError, RecursionError):
            continue
        if (
            isinstance(found, dict)
            and isinstance(inner := found.get("AIGC", found), dict)
            and "Label" in inner
        ):
            values = cast("Mapping[str, object]", inner)
            given = {name: str(values.get(key, "")) for name, key in _KEYS.items()}
            return AigcLabel(**given)
    return None


def _is_id_card(text: str) -> bool:
    """Tell a resident identity number (GB 11643) by its birth date and check digit."""
    try:
        date.fromisoformat(f"{text[6:10]}-{text[10:12]}-{text[12:14]}")
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()
