"""What the API gives. Ids, codes, numbers and moments; fields are added, never renamed."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fenshen.jobs.states import JobKind, JobState
from fenshen.rights.complaints import Topic
from fenshen.rights.purposes import Purpose

Language = Literal["en", "zh"]


class PurposeWords(BaseModel):
    """What one purpose says."""

    purpose: Purpose
    text: str
    sha256: Annotated[str, Field(description="of all that an adult reads; send it with the consent")]
    sha256_minor: Annotated[str, Field(description="the same of what a minor's guardian reads")]
    needed: Annotated[bool, Field(description="whether a double cannot do without it")]


class NoticeWords(BaseModel):
    """The exact words that somebody reads before they agree."""

    language: Language
    operator: str
    common: Annotated[list[str], Field(description="read with every purpose")]
    minors: Annotated[str, Field(description="read by a minor's guardian besides")]
    purposes: list[PurposeWords]


class NewSitter(BaseModel):
    """A sitter who agreed."""

    sitter: str
    receipt: str


class Sitter(BaseModel):
    """A sitter whom the account looks after."""

    sitter: str
    agreed: list[Purpose]
    albums: list[str]
    doubles: list[str]


class AlbumName(BaseModel):
    """An album that is open."""

    album: str
    sitter: str


class NewPhoto(BaseModel):
    """A photo that was taken in."""

    photo: str
    number: Annotated[int, Field(description="1, 2 … in the order they came")]


class NewUpload(BaseModel):
    """A photo that comes in parts."""

    upload: str
    largest: Annotated[int, Field(description="bytes of one part")]


class Parts(BaseModel):
    """Which parts have come."""

    parts: list[int]


class Photo(BaseModel):
    """A photo of an album, as it was judged; ``fenshen check --json`` has the same fields."""

    file: Annotated[str, Field(description="the photo's id")]
    role: str
    verdict: Literal["accepted", "warned", "refused"]
    reasons: list[str]
    same_person: Literal["frontal", "same", "unsure", "other", "unknown"]
    measures: dict[str, object]


class Report(BaseModel):
    """How an album stands; ``fenshen check --json`` has the same fields, from ``photos`` on."""

    album: str
    sitter: str
    opened_at: datetime
    frontal: Annotated[str | None, Field(description="the photo that was named the frontal")]
    waiting: Annotated[int, Field(description="photos that were not judged yet")]
    enough: Annotated[bool, Field(description="whether a further photo would add too little to be taken in")]
    photos: list[Photo]
    accepted: int
    score: int
    better_than_percent: int | None
    next: str
    next_gain: float
    not_needed: int
    coverage: dict[str, object]
    age_band: str
    asks: list[str]
    checked: dict[str, bool]


class Job(BaseModel):
    """Where long work stands."""

    job: str
    kind: JobKind
    state: JobState
    sitter: str
    double: Annotated[str, Field(description="empty for an export")]
    step: str
    done: int
    total: int
    ahead: Annotated[int, Field(description="jobs that come before it")]
    earliest: Annotated[datetime | None, Field(description="when it will be ready at the earliest")]
    latest: datetime | None
    code: Annotated[str | None, Field(description="why it failed")]
    receipt: Annotated[str | None, Field(description="of the photos' destruction")]
    archive: Annotated[str | None, Field(description="that an export has packed")]


class Double(BaseModel):
    """A digital double."""

    double: str
    sitter: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    keep_days: int
    takes: int


class Portrait(BaseModel):
    """A portrait; ``fenshen portrait --json`` has the same fields, with a file for its id."""

    portrait: str
    template: str
    likeness: float | None
    likeness_percentile: float | None
    seconds: float | None
    seed: int
    is_here: Annotated[bool, Field(description="whether its file still waits to be fetched")]


class LeftOut(BaseModel):
    """A template that does not suit the sitter, and why."""

    template: str
    code: str


class Portraits(BaseModel):
    """What came of an order."""

    portraits: list[Portrait]
    left_out: list[LeftOut]


class Holding(BaseModel):
    """One thing that is kept."""

    kind: str
    id: str
    bytes: int
    expires_at: datetime | None


class AccountHolding(BaseModel):
    """One thing that is kept of the account itself."""

    kind: str
    id: str
    since: datetime


class Holdings(BaseModel):
    """All that is kept, read from the disk now."""

    account: list[AccountHolding]
    sitters: dict[str, list[Holding]]


class Withdrawn(BaseModel):
    """That it was taken back, and what was destroyed with it."""

    receipt: str
    erased: str | None


class Destroyed(BaseModel):
    """That something was destroyed."""

    receipt: Annotated[str | None, Field(description="null when there was nothing to destroy")]


class ReceiptName(BaseModel):
    """A receipt that was given."""

    receipt: str
    kind: Literal["consent", "withdrawal", "erasure", "label_free"]
    sitter: str
    at: datetime


class Mark(BaseModel):
    """One mark of a picture."""

    mark: str
    state: str
    proves: Annotated[str, Field(description="in words")]
    code: str
    value: str


class Record(BaseModel):
    """What the register knows of a picture: never whose face it is."""

    evidence: str
    produce_id: str
    kind: str
    template: str
    engine: str
    at: str


class Verification(BaseModel):
    """Whether a picture is ours; ``fenshen verify --json`` has the same fields."""

    ours: bool
    intact: bool
    marks: list[Mark]
    record: Record | None


class ComplaintName(BaseModel):
    """Where a complaint stands."""

    complaint: str
    topic: Topic
    state: Literal["open", "upheld", "declined"]
    at: datetime
    due_at: datetime


class Complaint(ComplaintName):
    """A complaint, opened."""

    text: str
    answer: str | None
