"""What can be refused. The class says what happened; the words for people are in ``words/`` under its code.

A class lives in the file that raises it; only those raised from several places are here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class FenshenError(Exception):
    """The studio refused, for a reason it can name.

    ``facts`` fill the placeholders of the words. They are counts, limits and names of our own things
    (a weight, a template): never a path, a person's name or anything measured on a face, because they
    end up in logs.
    """

    code: ClassVar[str]
    retry: ClassVar[bool] = False
    exit_status: ClassVar[int] = 1

    def __init__(self, **facts: str | float) -> None:
        """Remember the facts that the words for people need."""
        super().__init__()
        self._facts = dict(facts)
        self.details: Mapping[str, object] = {}  # more for a program to read; who catches it may fill it in

    @property
    def facts(self) -> Mapping[str, str | int | float]:
        """What the words need to know, read-only."""
        return MappingProxyType(self._facts)

    def __str__(self) -> str:
        """Code and facts, for logs and developers; people get ``words.say(code, language)``."""
        return " ".join([self.code, *(f"{name}={value}" for name, value in self._facts.items())])


class DiskFullError(FenshenError):
    """The disk has no room for what was to be kept; nothing half-written was left behind."""

    code = "disk_full"
    retry = True


class WeightMissingError(FenshenError):
    """A pretrained net that this step needs has not been fetched. Facts: ``weight``."""

    code = "weight_missing"


class WeightAlteredError(FenshenError):
    """A weight file is not the one that was pinned. Facts: ``weight``."""

    code = "weight_altered"


class ConsentRequiredError(FenshenError):
    """The sitter has not agreed to this purpose. Facts: ``purpose``."""

    code = "consent_required"


class PermitRefusedError(FenshenError):
    """The permit in hand does not cover this purpose now. Facts: ``purpose``."""

    code = "permit_refused"


class NotFoundError(FenshenError):
    """The studio keeps nothing under this id. Facts: ``kind``, ``id``."""

    code = "not_found"


class SealBrokenError(FenshenError):
    """A sealed object was altered, belongs elsewhere, or its key is another one."""

    code = "seal_broken"


class SettingInvalidError(FenshenError):
    """An environment variable has a value the studio cannot use. Facts: ``setting``."""

    code = "setting_invalid"
    exit_status = 2
