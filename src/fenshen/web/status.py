"""Which HTTP status a refusal has: the same for a page and for the API."""

from typing import Final

from fenshen.accounts.elsewhere import ElsewhereDownError
from fenshen.accounts.keys import KeyInvalidError, ScopeMissingError, TooManyKeysError
from fenshen.accounts.limits import TooOftenError
from fenshen.accounts.sessions import ProofNeededError, SignedOutError
from fenshen.errors import (
    ConsentRequiredError,
    DiskFullError,
    FenshenError,
    NotFoundError,
    PermitRefusedError,
)
from fenshen.flow.agree import NoticeChangedError
from fenshen.flow.album import AlbumFullError, PartMissingError
from fenshen.flow.gather import InvitationOverError, SeatTakenError
from fenshen.jobs.destinations import WebhooksOffError
from fenshen.jobs.states import LaneUnservedError, QueueFullError, TooManyJobsError
from fenshen.photos.container import PhotoTooLargeError
from fenshen.rights.webhooks import TooManyWebhooksError, WebhookDisabledError
from fenshen.store.database import StoreBusyError, StoreUnreachableError
from fenshen.vault.keys import SitterBusyError
from fenshen.web.api.once import UnderWayError
from fenshen.web.intake import TooSlowError

STATUS: Final[dict[type[FenshenError], int]] = {
    NotFoundError: 404,
    SignedOutError: 401,
    KeyInvalidError: 401,
    ProofNeededError: 403,
    ScopeMissingError: 403,
    ConsentRequiredError: 403,
    PermitRefusedError: 403,
    AlbumFullError: 409,
    NoticeChangedError: 409,
    PartMissingError: 409,
    SeatTakenError: 409,
    SitterBusyError: 409,
    TooManyKeysError: 409,
    UnderWayError: 409,
    TooManyWebhooksError: 409,
    WebhookDisabledError: 409,
    WebhooksOffError: 403,
    InvitationOverError: 410,
    PhotoTooLargeError: 413,
    LaneUnservedError: 503,
    QueueFullError: 503,
    StoreBusyError: 503,
    StoreUnreachableError: 503,
    TooSlowError: 408,
    TooManyJobsError: 429,
    TooOftenError: 429,
    ElsewhereDownError: 503,
    DiskFullError: 507,
}
OF_HTTP: Final = {404: "not_found", 405: "method_unknown", 413: "too_large", 429: "too_often"}


def status_of(error: FenshenError) -> int:
    """Give the HTTP status of a refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)
