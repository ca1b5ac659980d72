"""The XMP packet that carries the TC260 label and the IPTC source type: built by us, read from anyone."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from fenshen.labels import iptc, tc260

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LARGEST: Final = 1 << 20  # bytes; no honest packet is larger
_DEEPEST: Final = 48  # elements within each other; honest packets stay below ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a packet says about AI, as written; every occurrence counts."""

    aigc: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()


def build(label: tc260.AigcLabel, source_type: iptc.SourceType) -> bytes:
    """Write a packet with one TC260 label and one source type, and nothing else."""
    return packet(label, source_type.uri)


def packet(label: tc260.AigcLabel | None, source_type: str | None) -> bytes:
    """Write a packet with at most one label and at most one source type (full URI)."""
    value = escape(label.to_json(), {'"': "&quot;"}) if label else ""
    term = escape(source_type or "", {'"': "&quot;"})
    written = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about=""'
        f' xmlns:TC260="{tc260.NAMESPACE}" xmlns:Iptc4xmpExt="{iptc.NAMESPACE}">'
        + (f"<TC260:AIGC>{value}</TC260:AIGC>" if label else "")
        + (f"<Iptc4xmpExt:DigitalSourceType>{term}</Iptc4xmpExt:DigitalSourceType>" if source_type else "")
        + '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    return written.encode()


def read(packed: bytes) -> Claims:
    """Read the claims of a packet, as elements or attributes, in whatever namespace the writer chose.

    Annex E a) asks only that the field's name contains AIGC. A packet that is no XML but speaks of AIGC gives
    its text as a claim, so that a damaged label is seen as damaged and not as absent.
    """
    try:
        root = _parsed(packed[:_LARGEST].strip(b"\0 \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return Claims(aigc=("",) if b"AIGC" in packed else ())
    properties = [found for element in root.iter() for found in _properties(element)]
    return Claims(
        aigc=tuple(value for name, value in properties if "AIGC" in name),
        source_types=tuple(value for name, value in properties if name == "DigitalSourceType"),
    )


def _parsed(packed: bytes) -> Element:
    """Parse without DTDs and entities, and give up on a packet nested deeper than honest ones are.

    An element's text is that of all below it, so depth is what a hostile packet would make us pay for.
    """
    depth = 0
    root: Element | None = None
    for event, element in iterparse(BytesIO(packed), events=("start", "end"), forbid_dtd=True):
        root = element if root is None else root
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
    if root is None:
        raise ValueError("no element")
    return root


def _properties(element: Element) -> list[tuple[str, str]]:
    """Give the local names and values of an element's attributes and of the element itself."""
    found = [(_local(name), value) for name, value in element.attrib.items()]
    text = "".join(element.itertext()).strip() or element.get(f"{{{_RDF}}}resource", "")
    return [*found, (_local(element.tag), text)]


def _local(name: str) -> str:
    return name.rpartition("}")[2]
