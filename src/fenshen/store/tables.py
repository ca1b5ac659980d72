"""The tables: ids, moments and numbers. No name, picture, face measure or free text has a column here."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from fenshen.store import account_tables  # theirs are in the catalogue, too
from fenshen.store.columns import UtcDateTime, metadata

__all__ = ["UtcDateTime", "account_tables", "metadata", "tables_with_people"]


consents = Table(
    "consents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sitter", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("language", String(8), nullable=False),  # of the notice that was shown
    Column("notice_sha256", String(64), nullable=False),  # of its exact words
    Column("terms_sha256", String(64), nullable=False),  # of purpose, times and processors; see rights/terms
    Column("receipt", String(40), nullable=False),  # that was given for it
    Column("age_band", String(8), nullable=False),
    Column("is_self", Boolean, nullable=False),  # else: speaks with the sitter's own permission
    Column("granted_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Index("ix_consents_sitter", "sitter"),
)

refusals = Table(
    "refusals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sitter", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("refused_at", UtcDateTime, nullable=False),
    Index("ix_refusals_sitter", "sitter"),
)

doubles = Table(
    "doubles",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sitter", String(40), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),
    Column("idle_days", Integer, nullable=False),  # how long it may lie unused, as the sitter chose
    Column("takes", Integer, nullable=False),
    Column("format_version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column(
        "photo_set", String(64)
    ),  # keyed mark of the photos it was made of: tells a second run, nothing else
    Index("ix_doubles_sitter", "sitter"),
    Index("ix_doubles_expires_at", "expires_at"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("sitter", String(40)),  # empty once the sitter is erased: the receipt then belongs to nobody
    Column("at", UtcDateTime, nullable=False),
    Index("ix_receipts_sitter", "sitter"),
)

erasures = Table(  # orders to destroy that were promised and are not certified yet
    "erasures",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sitter", String(40)),  # empty when all is gone and only the receipt is to be signed
    Column("subject", String(64), nullable=False),  # the pseudonym, told while it still could be
    Column("scope", String(40), nullable=False),  # "person", a class of blobs, or a double's id
    Column("reason", String(16), nullable=False),
    Column("receipt", String(40), nullable=False),  # the id its receipt will bear, however often we die
    Column("begun_at", UtcDateTime, nullable=False),
    Index("ix_erasures_sitter", "sitter"),
)

erasure_items = Table(  # what an order found when it began; its receipt tells it
    "erasure_items",
    metadata,
    Column("erasure", String(40), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column(
        "key_id", String(40), primary_key=True
    ),  # of a key that is to die; empty for the count of the kind
    Column("count", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
)


audit_entries = Table(  # about people only by the pseudonym of their receipts; see `rights/audit_events.py`
    "audit_entries",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),  # 0, 1, 2 … without a gap
    Column("body", Text, nullable=False),  # exactly what was hashed; its shape is closed, no words of anybody
)

audit_nodes = Table(  # the Merkle tree over the entries: every complete subtree, leaves too
    "audit_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),  # 0 = leaf
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
)

audit_heads = Table(  # one row: the newest
    "audit_heads",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("at", String(40), nullable=False),  # as it was signed, to the letter
    Column("key", String(64), nullable=False),
    Column("sig", String(128), nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("count", Integer, nullable=False),  # of files entered for it
    Column("sitter", String(40)),  # empty once the sitter is erased: the export then names nobody
    Column("double", String(40)),  # empty likewise
    Column("application", String(40)),  # to leave the visible label out, when that was agreed
    Index("ix_exports_sitter", "sitter"),
)

issued = Table(
    "issued",
    metadata,
    Column("id", String(64), primary_key=True),  # the ProduceID in the picture's label
    Column("mark", String(16), nullable=False),  # 48 random bits in hex: the invisible watermark
    Column("export", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("template", String(40)),  # empty for a sheet
    Column("engine", String(40), nullable=False),
    Column("engine_version", Integer, nullable=False),
    Column("software", String(16), nullable=False),  # version of the studio
    Column("source_type", String(40), nullable=False),
    Column("label", String(8), nullable=False),  # design of the visible label, or "none"
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("beautify", Integer, nullable=False),  # percent
    Column("closer", Integer, nullable=False),  # presses of "more like me" that it holds
    Column("whole", String(16), nullable=False),  # perceptual hash, hex; see labels/fingerprint.py
    Column("middle", String(64), nullable=False),  # four more of the middle
    Index("ix_issued_mark", "mark", unique=True),
    Index("ix_issued_export", "export"),
)

label_free = Table(
    "label_free",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sitter", String(40)),  # empty once the sitter is erased; the application stays for its legal term
    Column("at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),  # the legal term counts from here
    Column("purpose", String(40), nullable=False),
    Column("language", String(8), nullable=False),  # of the duty that was accepted
    Column("duty_sha256", String(64), nullable=False),  # of its exact words
    Index("ix_label_free_sitter", "sitter"),
)

together = Table(  # who may be shown in one picture with whom: one row for each person of a group
    "together",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("group", String(40), nullable=False),
    Column("sitter", String(40), nullable=False),
    Column("people", Integer, nullable=False),  # of the group, when it was proposed
    Column("templates", Text, nullable=False),  # names, with commas
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("agreed_at", UtcDateTime),  # empty until this person said yes
    Column("language", String(8)),  # of the words that were agreed to
    Column("words_sha256", String(64)),
    Index("ix_together_group", "group", "sitter", unique=True),
    Index("ix_together_sitter", "sitter"),
)

export_people = Table(  # whom an export of several people shows; its own row then names nobody
    "export_people",
    metadata,
    Column("export", String(40), primary_key=True),
    Column("sitter", String(40), primary_key=True),
    Index("ix_export_people_sitter", "sitter"),
)

jobs = Table(  # long work that waits, is done, or was done; what a person is told about it
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("seq", Integer, nullable=False),  # in the order they came
    Column("kind", String(16), nullable=False),
    Column("account", String(40), nullable=False),  # whose turn it takes
    Column("sitter", String(40), nullable=False),
    Column("double", String(40), nullable=False),  # that it makes, makes anew or uses
    Column("wanted", Text, nullable=False),  # JSON: ids, names of templates, numbers; nobody's words
    Column("units", Integer, nullable=False),  # how much of it: portraits; a double is one
    Column("priority", Integer, nullable=False),  # the least first
    Column("turn", Integer, nullable=False),  # of its account; see jobs/queue.py
    Column("state", String(16), nullable=False),
    Column("step", String(40), nullable=False),  # a key of the words
    Column("done", Integer, nullable=False),  # of `total`, in this step
    Column("total", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),  # how often a worker took it up
    Column("worker", String(40)),  # that has it now
    Column("stop", Boolean, nullable=False),  # whether it was asked to stop
    Column("code", String(40)),  # of the error that ended it
    Column("result", Text),  # JSON: ids and numbers
    Column("queued_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),  # for the first time
    Column("ended_at", UtcDateTime),
    Column("seconds", Float),  # of work, waiting left out
    Column("told_from", UtcDateTime),  # when it was said to be ready, as an interval, when it came
    Column("told_to", UtcDateTime),
    Column("lane", String(16), nullable=False, server_default="cpu"),  # of the machines that can do it
    Column("deaths", Integer, nullable=False, server_default="0"),  # workers that died while they had it
    Column("not_before", UtcDateTime),  # put off until then
    Column("redress", String(16)),  # what its account is owed because the studio failed; see jobs/redress.py
    Column("redeemed", String(40)),  # the job that was then done for it
    Index("ix_jobs_seq", "seq", unique=True),
    Index("ix_jobs_order", "state", "lane", "priority", "turn", "seq"),
    Index("ix_jobs_sitter", "sitter"),
    Index("ix_jobs_account", "account"),
)

workers = Table(  # processes that do jobs
    "workers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),  # it lives, or lived until shortly after
    Column("abreast", Integer, nullable=False),  # jobs at a time
    Column("kinds", String(64), nullable=False),  # that it takes, with commas
    Column(
        "lanes", String(128), nullable=False, server_default="cpu=1"
    ),  # jobs at a time of each, with commas
)


def tables_with_people() -> list[Table]:
    """Give every table that has a column for a sitter or for an account."""
    return [table for table in metadata.sorted_tables if {"sitter", "account"} & set(table.c.keys())]
