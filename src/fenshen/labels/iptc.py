"""IPTC DigitalSourceType: how a picture came to be, as a term of the NewsCodes vocabulary.

Which term which engine uses is decided in docs/decisions/0005-source-type.md.
"""

from enum import StrEnum

NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"

TERMS = frozenset(
    {
        "digitalCapture",
        "computationalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "humanEdits",
        "minorHumanEdits",  # retired, still met
        "compositeWithTrainedAlgorithmicMedia",
        "algorithmicallyEnhanced",
        "softwareImage",  # retired, still met
        "digitalArt",  # retired, still met
        "digitalCreation",
        "dataDrivenMedia",
        "trainedAlgorithmicMedia",
        "algorithmicMedia",
        "screenCapture",
        "virtualRecording",
        "composite",
        "compositeCapture",
        "compositeSynthetic",
    }
)


class SourceType(StrEnum):
    """The terms a portrait may carry: those that go with the TC260 label "1" (made by AI)."""

    TRAINED_ALGORITHMIC_MEDIA = "trainedAlgorithmicMedia"  # the face is fully generated
    COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA = (
        "compositeWithTrainedAlgorithmicMedia"  # generative edits of a photo
    )
    COMPOSITE_SYNTHETIC = "compositeSynthetic"  # several elements, at least one of them synthetic

    @property
    def uri(self) -> str:
        """The full URI, as it stands in the file."""
        return VOCABULARY + self.value


def term(uri: str) -> str | None:
    """Give the vocabulary's term for a URI met in a file (http or https), None when there is none."""
    base, _, name = uri.strip().rpartition("/")
    known = base.replace("https://", "http://", 1) + "/" == VOCABULARY and name in TERMS
    return name if known else None


def says_ai(uri: str) -> bool:
    """Tell whether the URI is one of the terms that mean AI had a part in the picture."""
    return term(uri) in set(SourceType)
