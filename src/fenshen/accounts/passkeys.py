"""Passkeys: keys that a phone or computer keeps and opens with a face, a finger or a PIN. We hold the public halves.

Nothing names anybody: the user handle is a keyed hash of the account's id, the name shown is the studio's. A passkey
is discoverable (nothing is typed) and always verifies its user, so it counts as two factors (W3C WebAuthn Level 3).
"""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from fenshen.accounts import ceremonies
from fenshen.accounts.ceremonies import Aim, Asked, CeremonyOverError
from fenshen.accounts.keyed import keyed
from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.ids import AccountId
from fenshen.store import credentials
from fenshen.store.credentials import PasskeyRow
from fenshen.store.database import Store
from fenshen.vault.keys import KeyStore

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

MOST: Final = 20  # of one account
LONGEST_ANSWER: Final = 16 << 10  # characters
TIMEOUT: Final = 300_000  # ms a browser waits for its user


class PasskeyRefusedError(FenshenError):
    """The answer was not made by a passkey of ours, for this place, with its user checked."""

    code = "passkey_refused"


class PasskeyCopiedError(FenshenError):
    """A passkey counted less than it had before: there may be a copy of it. It was not let in."""

    code = "passkey_copied"


class PasskeysEnoughError(FenshenError):
    """The account has as many passkeys as it may. Facts: ``limit``."""

    code = "passkeys_enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """The passkeys of one studio. host: what they are bound to. origin: where browsers use them."""

    store: Store
    keys: KeyStore
    clock: Clock
    host: str
    origin: str
    name: str = "Fenshen 分身"

    def ask_new(self, account: AccountId) -> tuple[Asked, str]:
        """Ask a browser to make a passkey for an account; the text is for its script. Raises PasskeysEnoughError."""
        import webauthn
        from webauthn.helpers import structs

        with self.store.begin() as connection:
            there = credentials.passkeys_of(connection, account)
        if len(there) >= MOST:
            raise PasskeysEnoughError(limit=MOST)
        asked = ceremonies.ask(self.store, self.clock, _kind("add"), account=account)
        options = webauthn.generate_registration_options(
            rp_id=self.host, rp_name=self.name, user_id=self._handle(account), user_name=self.name,
            user_display_name=self.name, challenge=asked.challenge, timeout=TIMEOUT,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED, require_resident_key=True,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[_descriptor(row) for row in there],
        )  # fmt: skip
        return asked, webauthn.options_to_json(options)

    def add(self, account: AccountId, ticket: str | None, answer: str) -> None:
        """Note a passkey that a browser has made. Raises CeremonyOverError, PasskeyRefusedError."""
        import webauthn
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        asked = self._asked("add", ticket, account)
        try:
            made = webauthn.verify_registration_response(
                credential=_read(answer), expected_challenge=asked.challenge, expected_rp_id=self.host,
                expected_origin=self.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, TypeError, KeyError):
            raise PasskeyRefusedError from None
        id_, now = bytes_to_base64url(made.credential_id), self.clock.now()
        row = PasskeyRow(
            id=id_, account=account, public_key=made.credential_public_key, sign_count=made.sign_count,
            created_at=now, used_at=now, is_backed_up=made.credential_backed_up,
        )  # fmt: skip
        with self.store.begin() as connection:
            if len(id_) > 512 or credentials.passkey(connection, id_):  # noqa: PLR2004  the column's width
                raise PasskeyRefusedError
            credentials.add_passkey(connection, row)

    def ask(self, aim: Aim, account: AccountId | None = None) -> tuple[Asked, str]:
        """Ask a browser for a passkey: any of ours, or one of an account."""
        import webauthn
        from webauthn.helpers.structs import UserVerificationRequirement

        asked = ceremonies.ask(self.store, self.clock, _kind(aim), account=account)
        allowed = []
        if account is not None:
            with self.store.begin() as connection:
                allowed = [_descriptor(row) for row in credentials.passkeys_of(connection, account)]
        options = webauthn.generate_authentication_options(
            rp_id=self.host, challenge=asked.challenge, timeout=TIMEOUT, allow_credentials=allowed,
            user_verification=UserVerificationRequirement.REQUIRED,
        )  # fmt: skip
        return asked, webauthn.options_to_json(options)

    def whose(
        self, aim: Aim, ticket: str | None, answer: str, *, account: AccountId | None = None
    ) -> AccountId:
        """Tell whose passkey has answered. account: whose it must be, if that is known.

        Raises CeremonyOverError, PasskeyRefusedError, PasskeyCopiedError.
        """
        import webauthn
        from webauthn.helpers.exceptions import WebAuthnException

        asked = self._asked(aim, ticket, account)
        said = _read(answer)
        with self.store.begin() as connection:  # one transaction: two answers cannot show the same count
            row = credentials.passkey(connection, str(said.get("id", "")))
            if row is None or (account is not None and row.account != account):
                raise PasskeyRefusedError
            try:
                shown = webauthn.verify_authentication_response(
                    credential=said, expected_challenge=asked.challenge, expected_rp_id=self.host,
                    expected_origin=self.origin, credential_public_key=row.public_key,
                    credential_current_sign_count=0,  # ours to compare, below: it has words of its own
                    require_user_verification=True,
                )  # fmt: skip
                is_theirs = self._is_handle_of(said, row.account)
            except (WebAuthnException, ValueError, TypeError, KeyError):
                raise PasskeyRefusedError from None
            if not is_theirs:
                raise PasskeyRefusedError
            if row.sign_count and shown.new_sign_count <= row.sign_count:
                raise PasskeyCopiedError
            credentials.passkey_used(
                connection, row.id, count=shown.new_sign_count, is_backed_up=shown.credential_backed_up,
                now=self.clock.now(),
            )  # fmt: skip
        return row.account

    def _asked(self, aim: Aim, ticket: str | None, account: AccountId | None) -> Asked:
        asked = ceremonies.answered(self.store, self.clock, ticket, _kind(aim))
        if asked.account != account:
            raise CeremonyOverError
        return asked

    def _handle(self, account: AccountId) -> bytes:
        return bytes.fromhex(keyed(self.keys, "user handle", account))

    def _is_handle_of(self, said: dict[str, Any], account: AccountId) -> bool:
        from webauthn.helpers import base64url_to_bytes

        given = said.get("response", {}).get("userHandle")
        return not given or base64url_to_bytes(str(given)) == self._handle(account)


def can_be_bound_to(host: str) -> bool:
    """Tell whether browsers make passkeys for this host: they do for names, not for numbers."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _kind(aim: Aim) -> str:
    return f"passkey:{aim}"


def _read(answer: str) -> dict[str, Any]:
    """Read what a browser's script sent. Raises PasskeyRefusedError."""
    try:
        said = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise PasskeyRefusedError
    return said


def _descriptor(row: PasskeyRow) -> "PublicKeyCredentialDescriptor":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.id))
