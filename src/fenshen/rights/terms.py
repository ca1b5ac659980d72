"""What a consent binds besides its words: the purpose, how long things live, and who has a hand in them.

A consent remembers the hash of these. When any of them changes, with a new release or with a setting, the
consent stands no more until the sitter agrees anew (PIPL 14; GDPR 7 and 13).
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from fenshen.rights.lifetimes import LIFETIMES, Lifetime
from fenshen.rights.purposes import Purpose
from fenshen.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one purpose in this studio, as they are today."""

    purpose: Purpose
    lives: tuple[str, ...]  # "kind: at most … since …", by kind
    processors: tuple[str, ...]  # who has a hand in the data; empty: this machine alone

    @property
    def sha256(self) -> str:
        """Hash of the canonical form: JSON, keys sorted, no spaces."""
        body = {"purpose": self.purpose, "lives": self.lives, "processors": self.processors}
        return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def terms(purpose: Purpose, settings: Settings) -> Terms:
    """Give today's terms of one purpose."""
    lives = tuple(sorted(_told(each) for each in LIFETIMES if each.purpose is purpose))
    return Terms(purpose=purpose, lives=lives, processors=processors(settings))


def processors(settings: Settings) -> tuple[str, ...]:
    """Give who has a hand in what is kept, as far as the settings tell.

    The operator, who keeps the sealed blobs, and which service holds the key that opens the others.
    """
    service = settings.key.partition(":")[0] if "://" in settings.key else ""
    bucket = f"{settings.blobs} at {settings.s3_endpoint or 'Amazon S3'}" if settings.blobs else ""
    return tuple(
        filter(
            None, (settings.operator, bucket and f"sealed blobs: {bucket}", service and f"keys: {service}")
        )
    )


def _told(each: Lifetime) -> str:
    life = "as long as" if each.life is None else f"P{each.life.days}D since"
    choice = f", by choice up to P{each.choice.days}D" if each.choice else ""
    return f"{each.kind} ({each.sensitivity}): {life} {each.since}{choice}"
