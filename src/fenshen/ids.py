"""Names of the studio's things: opaque, random, and telling only of what kind the thing is."""

import re
import secrets
from typing import NewType

SitterId = NewType("SitterId", str)
PhotoId = NewType("PhotoId", str)
DoubleId = NewType("DoubleId", str)
PortraitId = NewType("PortraitId", str)
ConsentId = NewType("ConsentId", str)
ReceiptId = NewType("ReceiptId", str)
ExportId = NewType("ExportId", str)
ApplicationId = NewType("ApplicationId", str)
GroupId = NewType("GroupId", str)
JobId = NewType("JobId", str)
WorkerId = NewType("WorkerId", str)
AccountId = NewType("AccountId", str)
AlbumId = NewType("AlbumId", str)
ComplaintId = NewType("ComplaintId", str)
InvitationId = NewType("InvitationId", str)
SeatId = NewType("SeatId", str)
PictureId = NewType("PictureId", str)
WebhookId = NewType("WebhookId", str)
EventId = NewType("EventId", str)


ID = re.compile(r"[a-z]+_[0-9a-z_]{1,60}")


def is_id(text: str) -> bool:
    """Tell whether a text from outside has the form of an id, and may be looked for."""
    return bool(ID.fullmatch(text))


def new_id(prefix: str) -> str:
    """Make an id such as ``double_9f86d081884c7d65``: 64 random bits, safe as a file name."""
    return f"{prefix}_{secrets.token_hex(8)}"
