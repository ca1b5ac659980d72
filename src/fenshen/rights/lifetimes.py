"""How long anything about a person is kept, as one table. ``retention`` enforces it; ``terms`` binds consent to it.

Every kind of personal data in ``holdings.KINDS`` has its line here; a test fails when one has none.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from fenshen.rights.purposes import Purpose
from fenshen.store import doubles


class Sensitivity(StrEnum):
    """How much harm it does in the wrong hands."""

    BIOMETRIC = "biometric"  # shows or describes a face (PIPL 28, GDPR 9)
    PERSONAL = "personal"  # tells something of a person who can be told
    PSEUDONYMOUS = "pseudonymous"  # ids and moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How long one kind of data may live, and why."""

    kind: str  # as in `holdings.KINDS`
    sensitivity: Sensitivity
    purpose: Purpose
    since: str  # what starts its clock
    life: timedelta | None  # at most, from then on; None: exactly as long as what `since` names
    choice: timedelta | None = None  # the longest that a sitter may choose instead


LONGEST_WAIT = timedelta(hours=12)  # of photos in the queue; then the job is given up, and they go
ALBUM_IDLE = timedelta(hours=1)  # of photos that somebody is still choosing; then the album is given up
ALBUM_OPEN = timedelta(hours=6)  # however often they come back
SIX_MONTHS = timedelta(days=184)  # never longer, wherever they begin: from 1 March they are 184 days
LIFETIMES = (
    Lifetime(
        kind="photo",
        sensitivity=Sensitivity.BIOMETRIC,
        purpose=Purpose.BUILD_DOUBLE,
        since="the run or the job that brought it ended, in whatever way; a job waits twelve hours at most, an "
        "album that nobody comes back to one hour",
        life=timedelta(0),
    ),
    Lifetime(
        kind="double",
        sensitivity=Sensitivity.BIOMETRIC,
        purpose=Purpose.KEEP_DOUBLE,
        since="it was last used",
        life=timedelta(days=doubles.IDLE_DAYS),
        choice=timedelta(days=doubles.MOST_IDLE_DAYS),
    ),
    Lifetime(
        kind="portrait",
        sensitivity=Sensitivity.BIOMETRIC,
        purpose=Purpose.RENDER_PORTRAIT,
        since="it was made",
        life=timedelta(days=7),
    ),
    Lifetime(
        kind="archive",
        sensitivity=Sensitivity.BIOMETRIC,
        purpose=Purpose.KEEP_DOUBLE,
        since="it was packed; sooner when a picture that is in it is destroyed",
        life=timedelta(days=1),
    ),
    Lifetime(
        kind="export_record",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.RENDER_PORTRAIT,
        since="the portraits left; then it names nobody any more",
        life=SIX_MONTHS,
    ),
    Lifetime(
        kind="together",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.RENDER_PORTRAIT,
        since="being shown together was proposed",
        life=timedelta(days=30),
        choice=timedelta(days=365),
    ),
    Lifetime(
        kind="seat",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.RENDER_PORTRAIT,
        since="every seat of the invitation was taken; one that is not full ends seven days after it was made",
        life=timedelta(days=30),
    ),
    Lifetime(
        kind="recipient",
        sensitivity=Sensitivity.PERSONAL,
        purpose=Purpose.RENDER_PORTRAIT,
        since="portraits without visible label were last provided; not earlier, because the law keeps it",
        life=SIX_MONTHS,
    ),
    Lifetime(
        kind="job",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.BUILD_DOUBLE,
        since="it ended",
        life=timedelta(days=7),
    ),
    Lifetime(
        kind="album",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.INSPECT_PHOTOS,
        since="its photos, which it only counts",
        life=None,
    ),
    Lifetime(
        kind="account_link",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.INSPECT_PHOTOS,
        since="anything else kept of the person",
        life=None,
    ),
    Lifetime(
        kind="double_record",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.KEEP_DOUBLE,
        since="the double it registers",
        life=None,
    ),
    Lifetime(
        kind="consent",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.INSPECT_PHOTOS,
        since="it was given, if nothing else is kept of the person",
        life=timedelta(days=1),
    ),
    Lifetime(
        kind="refusal",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.INSPECT_PHOTOS,
        since="it was said",
        life=timedelta(days=30),
    ),
    Lifetime(
        kind="erasure_order",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.INSPECT_PHOTOS,
        since="the erasure it orders",
        life=None,
    ),
    Lifetime(
        kind="receipt_record",
        sensitivity=Sensitivity.PSEUDONYMOUS,
        purpose=Purpose.INSPECT_PHOTOS,
        since="anything else kept of the person",
        life=None,
    ),
)


def life_of(kind: str) -> timedelta:
    """Give how long one kind may live by its own clock. Raises KeyError when it has none of its own."""
    lives = {each.kind: each.life for each in LIFETIMES if each.life is not None}
    return lives[kind]
