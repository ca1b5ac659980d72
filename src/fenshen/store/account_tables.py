"""The tables of the web studio: who may come in, whose is what, and photos that wait until they are sent off.

No e-mail address, no name: what somebody types to sign in is kept as a keyed hash only.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from fenshen.store.columns import UtcDateTime, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # to the day
)

account_sitters = Table(  # whose faces an account looks after
    "account_sitters",
    metadata,
    Column("sitter", String(40), primary_key=True),
    Column("account", String(40), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Index("ix_account_sitters_account", "account"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("account", String(40), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("proved_at", UtcDateTime),  # when it last showed a credential; empty for a guest
    Index("ix_sessions_account", "account"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(512), primary_key=True),  # the credential's id, base64url
    Column("account", String(40), nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Column("is_backed_up", Boolean, nullable=False),
    Index("ix_passkeys_account", "account"),
)

passwords = Table(
    "passwords",
    metadata,
    Column(
        "login_hash", String(64), primary_key=True
    ),  # HMAC of what is typed to sign in, by a key of the studio
    Column("account", String(40), nullable=False, unique=True),
    Column("hash", String(256), nullable=False),  # argon2id, PHC string
    Column("created_at", UtcDateTime, nullable=False),
)

identities = Table(  # accounts elsewhere that open an account here
    "identities",
    metadata,
    Column("subject_hash", String(64), primary_key=True),  # HMAC of issuer and subject
    Column("account", String(40), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_identities_account", "account"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("account", String(40), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256 of the key
    Column("scopes", String(200), nullable=False),  # with commas
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_api_keys_account", "account"),
)

replies = Table(  # to requests that may come twice
    "replies",
    metadata,
    Column("id", String(64), primary_key=True),  # hash of account and idempotency key
    Column("account", String(40), nullable=False),
    Column("asked", String(64), nullable=False),  # hash of what was asked
    Column("at", UtcDateTime, nullable=False),
    Column("status", Integer),  # empty while it is being answered
    Column("body", Text),  # JSON: ids, codes and numbers
    Index("ix_replies_account", "account"),
)

buckets = Table(  # token buckets: how often somebody may try
    "buckets",
    metadata,
    Column("id", String(64), primary_key=True),  # keyed hash of what is limited
    Column("tokens", Integer, nullable=False),  # thousandths
    Column("at", UtcDateTime, nullable=False),
    Index("ix_buckets_at", "at"),
)

ceremonies = Table(  # a passkey's question that waits for its answer
    "ceremonies",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("account", String(40)),
    Column("kind", String(16), nullable=False),
    Column("challenge", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_ceremonies_at", "at"),
)

albums = Table(  # photos that came in one by one, until they are sent off
    "albums",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sitter", String(40), nullable=False),
    Column("account", String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    Column("frontal", String(40)),  # the photo that was named the frontal
    Column("instead_of", String(40)),  # the double that is to be made anew
    Index("ix_albums_sitter", "sitter"),
    Index("ix_albums_account", "account"),
)

album_photos = Table(
    "album_photos",
    metadata,
    Column("photo", String(40), primary_key=True),
    Column("album", String(40), nullable=False),
    Column("n", Integer, nullable=False),  # 1, 2 … in the order they came
    Index("ix_album_photos_album", "album"),
)

invitations = Table(  # to be in one picture; names nobody
    "invitations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column(
        "code_hash", String(64), unique=True
    ),  # SHA-256 of the link's code; empty once every seat is taken
    Column("template", String(40), nullable=False),
    Column("people", Integer, nullable=False),
    Column("group", String(40)),  # that was proposed when every seat was taken
    Column("at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_invitations_expires_at", "expires_at"),
)

seats = Table(  # that people have taken by an invitation: a row for each, which names nobody else
    "seats",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("invitation", String(40), nullable=False),
    Column("n", Integer, nullable=False),  # 1, 2 … as the template counts them
    Column("sitter", String(40), nullable=False),
    Column("double", String(40), nullable=False),
    Column("is_host", Boolean, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Index("ix_seats_invitation", "invitation", "n", unique=True),
    Index("ix_seats_sitter", "sitter"),
)

complaints = Table(
    "complaints",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("account", String(40)),  # empty when somebody without one wrote
    Column("topic", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("code_hash", String(64), nullable=False),  # SHA-256 of what opens the answer
    Column("at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Index("ix_complaints_account", "account"),
    Index("ix_complaints_due_at", "due_at"),
)

webhooks = Table(  # where an account wants to be told; the address and what signs are sealed in the vault
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("account", String(40), nullable=False),  # or "operator"
    Column("events", String(400), nullable=False),  # with commas
    Column("created_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),  # the last time
    Column("failing_since", UtcDateTime),  # empty while it takes what comes
    Column("disabled_at", UtcDateTime),
    Column("reason", String(16)),  # why the last delivery failed
    Index("ix_webhooks_account", "account"),
)

events = Table(  # the outbox: what happened and is still to be told; ids and states
    "events",
    metadata,
    Column("id", String(40), primary_key=True),  # the receiver gets it as `webhook-id`, however often
    Column("account", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("about", String(40), nullable=False),  # a job or a receipt
    Column("body", Text, nullable=False),  # JSON
    Column("at", UtcDateTime, nullable=False),
    Column("is_ready", Boolean, nullable=False),  # else it is only announced, and not true yet
    Index("ix_events_account", "account"),
    Index("ix_events_about", "about", "type", unique=True),
)
