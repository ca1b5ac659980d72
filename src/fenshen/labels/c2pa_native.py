"""The one file that speaks to the C2PA library: sign a file, and validate one. Nothing goes over a network.

The library's own defaults would fetch a manifest from an address in the examined file, ask a server whether
the certificate was revoked, and put a small copy of the picture into the manifest. All three are off, and no
host is allowed in case a later version adds a fourth.
"""

import json
from functools import lru_cache
from io import BytesIO
from threading import Thread
from typing import Any, Final

from fenshen.labels.c2pa_authority import Credentials, CredentialsRefusedError
from fenshen.labels.c2pa_manifest import Manifest, Trust, understand

PATIENCE: Final = 10.0  # seconds for a stranger's file; an honest one takes hundredths
LARGEST_STORE: Final = 32 << 20  # bytes; manifests with pictures of every step reach a few megabytes
_LARGEST_REPORT: Final = 16 << 20  # characters
_ENDED: Final = {"signingCredential.expired", "claimSignature.outsideValidity"}
_UNTRUSTED: Final = "signingCredential.untrusted"


def settings(anchor: str) -> dict[str, Any]:
    """Give the library's settings: whom to trust (PEM, may be empty), and everything else off."""
    off = {"enabled": False}
    return {
        "version": 1,
        "trust": {"user_anchors": anchor} if anchor else {},
        "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": LARGEST_STORE >> 20},
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "verify_after_sign": False,  # the labeller reads everything back itself
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        "builder": {
            "thumbnail": off,
            "actions": {"auto_created_action": off, "auto_opened_action": off, "auto_placed_action": off},
        },
    }


def sign(data: bytes, mime: str, definition: dict[str, Any], credentials: Credentials) -> bytes:
    """Put a signed manifest into a JPEG, PNG or WebP; nothing else in the file changes.

    No time-stamp is asked for: that would tell a server when, and how often, portraits are made.
    Raises CredentialsRefusedError when the certificate has ended since it was opened.
    """
    from c2pa import Builder, C2paError, C2paSigningAlg, Signer

    algorithm = getattr(C2paSigningAlg, credentials.algorithm)
    out = BytesIO()
    try:
        with (
            Signer.from_callback(credentials.sign, algorithm, credentials.chain) as signer,
            Builder(definition, _context(credentials.anchor)) as builder,
        ):
            builder.sign(signer, mime, BytesIO(data), out)
    except C2paError.Signature as error:  # the library looks at the certificate once more
        raise CredentialsRefusedError from error
    return out.getvalue()


def read(data: bytes, mime: str, anchor: str) -> Manifest:
    """Validate the manifest in a file and say what it tells. Only for files that hold one.

    Whatever the library cannot read, or not within PATIENCE, is UNREADABLE.
    """
    found: list[tuple[str, str]] = []
    work = Thread(target=lambda: found.append(_validated(data, mime, anchor)), daemon=True)
    work.start()
    work.join(PATIENCE)
    state, report = found[0] if found else ("", "")
    if not report or len(report) > _LARGEST_REPORT:
        return Manifest(trust=Trust.UNREADABLE)
    try:
        told = json.loads(report)
    except (ValueError, RecursionError):
        return Manifest(trust=Trust.UNREADABLE)
    return understand(told, _trust(state, told))


def _validated(data: bytes, mime: str, anchor: str) -> tuple[str, str]:
    from c2pa import C2paError, Reader

    try:
        with Reader(mime, BytesIO(data), context=_context(anchor)) as reader:
            return str(reader.get_validation_state()), str(reader.json())
    except (C2paError, ValueError, TypeError):
        return "", ""


def _trust(state: str, report: dict[str, Any]) -> Trust:
    results = report.get("validation_results", {}).get("activeManifest", {})
    failures = {str(one.get("code")) for one in results.get("failure", [])}
    if state == "Trusted" and not failures:
        return Trust.OURS
    if state == "Valid" and failures <= {_UNTRUSTED}:
        return Trust.UNKNOWN
    return Trust.EXPIRED if failures & _ENDED and failures <= {*_ENDED, _UNTRUSTED} else Trust.BROKEN


@lru_cache(maxsize=4)
def _context(anchor: str) -> Any:
    from c2pa import Context

    return Context.from_dict(settings(anchor))
