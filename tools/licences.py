"""Fail when a distribution the studio runs on has a licence nobody has agreed to."""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AGREED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|HPND|Unlicense|0BSD", re.IGNORECASE
)
AGREED_WITH_REASON = {
    "certifi": "MPL-2.0: a list of certificates, used unchanged",
    "psycopg": "LGPL-3.0, a database driver that is loaded as it is and can be replaced",
    "psycopg-binary": "LGPL-3.0, likewise; bundles libpq (PostgreSQL) and OpenSSL",
    "pi-heif": "BSD-3-Clause code; bundles libheif and libde265, LGPL-3.0, as replaceable shared libraries",
    "tqdm": "MPL-2.0 and MIT: used unchanged",
    "opencolorio": "BSD-3-Clause by the LICENSE it carries; its card names only the holder",
    "opencv-python-headless": "Apache-2.0; bundles FFmpeg, LGPL-2.1, as replaceable shared libraries",
}


def main() -> None:
    """Look at every distribution in the runtime lock; those of other platforms are not here and are skipped."""
    names = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    refused = {
        name: licence
        for name in sorted(set(names))
        if (licence := _licence(name)) and not _agreed(name, licence)
    }
    for name, licence in refused.items():
        print(f"{name}: {licence}")
    if refused:
        sys.exit("Agree to these licences in tools/licences.py with a reason, or do without.")
    print(f"{len(set(names))} distributions, every licence agreed to.")


def _licence(name: str) -> str:
    """Give the licence a distribution declares, "unknown" when it declares none, "" when it is not installed."""
    try:
        card = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [
        c.split("::")[-1].strip() for c in card.get_all("Classifier", []) if c.startswith("License ::")
    ]
    told = [
        *card.get_all("License-Expression", []),
        "; ".join(classified),
        *card.get_all("License", []),
        "unknown",
    ]
    return str(next(filter(None, told)))[:80]


def _agreed(name: str, licence: str) -> bool:
    copyleft = re.search(r"GPL|MPL|EUPL|CDDL|AGPL", licence)
    return name in AGREED_WITH_REASON or bool(AGREED.search(licence) and not copyleft)


if __name__ == "__main__":
    main()
