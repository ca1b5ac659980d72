"""A receipt holds nothing personal, cannot be edited, and can be checked with the public key alone."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.fakes.rights import desk_at

from fenshen import words
from fenshen.errors import FenshenError
from fenshen.ids import SitterId
from fenshen.rights import audit, audit_check, receipt_check, receipts, signed
from fenshen.rights.desk import Desk
from fenshen.rights.receipt_check import (
    PublicKeyInvalidError,
    ReceiptEntryWrongError,
    ReceiptForgedError,
    ReceiptHeadWrongError,
    ReceiptOfAnotherError,
    ReceiptProofWrongError,
    ReceiptUnreadableError,
)
from fenshen.rights.receipts import Receipt, ReceiptKind
from fenshen.store import receipts as register


@pytest.fixture
def receipt(desk: Desk, anna: SitterId) -> Receipt:
    facts = {"objects": [{"kind": "photo", "n": 21, "bytes": 5}], "reason": "purpose achieved"}
    return receipts.issue(desk, ReceiptKind.ERASURE, anna, facts, subject=receipts.subject(desk, anna))


def test_a_receipt_is_checked_with_the_public_key_file_alone(desk: Desk, receipt: Receipt) -> None:
    checked = receipt_check.verify(receipt.path.read_bytes(), desk.signer.public_file.read_bytes())
    assert checked.body["objects"] == [{"kind": "photo", "n": 21, "bytes": 5}]
    assert checked.body["at"] == "2026-11-22T12:00:00Z"
    assert {*checked.proves, *checked.does_not_prove} <= words.codes("en") & words.codes("zh")


def test_how_the_json_is_laid_out_does_not_matter(desk: Desk, receipt: Receipt) -> None:
    respaced = json.dumps(json.loads(receipt.data), indent=7).encode()
    receipt_check.verify(respaced, desk.signer.public_pem())


def test_no_single_value_can_be_changed_added_or_removed(desk: Desk, receipt: Receipt) -> None:
    body = json.loads(receipt.data)
    edits = [{**body, name: "changed"} for name in body if name not in {"sig", "v", "type", "key"}]
    edits += [
        {name: value for name, value in body.items() if name != gone} for gone in ("at", "reason", "subject")
    ]
    edits += [{**body, "objects": [{"kind": "photo", "n": 22, "bytes": 5}]}, {**body, "more": 1}]
    edits += [{**body, "type": "consent"}]
    for edited in edits:
        with pytest.raises(ReceiptForgedError):
            receipt_check.verify(json.dumps(edited).encode(), desk.signer.public_pem())


def test_a_receipt_of_another_studio_is_told_apart(tmp_path: Path, receipt: Receipt) -> None:
    other = desk_at(tmp_path / "other")
    with pytest.raises(ReceiptOfAnotherError):
        receipt_check.verify(receipt.data, other.signer.public_pem())
    body = json.loads(receipt.data)
    body["key"] = receipt_check.fingerprint(other.signer.public_key())
    with pytest.raises(ReceiptForgedError):
        receipt_check.verify(json.dumps(body).encode(), other.signer.public_pem())


def test_a_signature_for_something_else_does_not_pass_for_a_receipt(desk: Desk, receipt: Receipt) -> None:
    body = json.loads(receipt.data)
    del body["sig"]
    raw = desk.signer.sign(receipt_check.canonical(body))  # without the word that it is a receipt
    body["sig"] = "ed25519:" + b64encode(raw).decode()
    with pytest.raises(ReceiptForgedError):
        receipt_check.verify(json.dumps(body).encode(), desk.signer.public_pem())


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"{}", b"\xff\xfe", b'{"v":1,"type":"erasure","sig":"ed25519:"}',
        b'{"v":2,"type":"licence"}', b'{"v":2,"type":"erasure"}', b'{"v":2,"type":"erasure","sig":5}',
        b'{"v":2,"type":"erasure","sig":"ed25519:!!"}', b'{"v":2,"v":2,"type":"erasure","sig":"ed25519:"}',
        b'{"v":2,"type":"erasure","n":1.5,"sig":"ed25519:"}', b'{"v":2,"type":"erasure","n":NaN,"sig":"ed25519:"}',
        b"[" * 100_000, b" " * (receipt_check.MAX_BYTES + 1),
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_named_so(desk: Desk, data: bytes) -> None:
    with pytest.raises(ReceiptUnreadableError):
        receipt_check.verify(data, desk.signer.public_pem())


def test_a_public_key_of_another_kind_is_named_so(receipt: Receipt) -> None:
    curve = generate_private_key(SECP256R1()).public_key()
    for pem in (b"", b"no key", curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):
        with pytest.raises(PublicKeyInvalidError):
            receipt_check.verify(receipt.data, pem)


def test_the_receipts_of_one_person_belong_together_and_name_nobody(desk: Desk, anna: SitterId) -> None:
    one, again = receipts.subject(desk, anna), receipts.subject(desk, anna)
    assert one == again
    assert one != receipts.subject(desk, SitterId("sitter_omar"))
    assert anna not in one


def test_a_receipt_is_registered_with_its_sitter(desk: Desk, anna: SitterId, receipt: Receipt) -> None:
    with desk.store.begin() as connection:
        (row,) = register.every(connection, anna)
    assert (row.id, row.kind) == (receipt.id, "erasure")


def test_the_signing_key_stays_the_same_and_lies_nowhere_in_the_open(tmp_path: Path, desk: Desk) -> None:
    again = desk_at(tmp_path)
    assert again.signer.public_pem() == desk.signer.public_pem()
    seed = again.vault.keys.studio_secret("signing", 32)
    assert all(seed not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_replaced_public_key_file_is_put_right(tmp_path: Path, desk: Desk) -> None:
    right = desk.signer.public_pem()
    desk.signer.public_file.write_bytes(b"replaced")
    assert desk_at(tmp_path).signer.public_file.read_bytes() == right


# ---- the proof that it stands in the log


def resigned(desk: Desk, receipt: Receipt, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Change a receipt and sign it again, as only the studio itself could."""
    body = json.loads(receipt.data)
    del body["sig"]
    change(body)
    signature = desk.signer.sign(receipt_check.KIND_OF_MESSAGE + signed.canonical(body))
    return json.dumps({**body, "sig": signed.signature_text(signature)}).encode()


def in_a_longer_log(desk: Desk, anna: SitterId) -> Receipt:
    """Give the last of five receipts, so that its proof has several hashes."""
    for n in range(4):
        receipts.issue(desk, ReceiptKind.ERASURE, anna, {"reason": f"{n}"}, subject="1" * 64)
    return receipts.issue(desk, ReceiptKind.ERASURE, anna, {"reason": "asked"}, subject="1" * 64)


def test_a_receipt_says_where_in_the_log_it_stands(desk: Desk, anna: SitterId) -> None:
    checked = receipt_check.verify(in_a_longer_log(desk, anna).data, desk.signer.public_pem())
    assert (checked.log.index, checked.log.head.size) == (4, 5)
    with desk.store.begin() as connection:
        assert audit.head(desk, connection) == checked.log.head
    assert "receipt_proves_logged" in checked.proves


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda body: body.update(reason="another"), ReceiptEntryWrongError),
        (lambda body: body.update(subject="2" * 64), ReceiptEntryWrongError),
        (lambda body: body["log"].update(index=3), ReceiptEntryWrongError),
        (lambda body: body["log"].update(entry=body["log"]["entry"] + " "), ReceiptEntryWrongError),
        (lambda body: body["log"].update(entry="{}"), ReceiptEntryWrongError),
        (lambda body: body["log"]["head"].update(size=6), ReceiptHeadWrongError),
        (lambda body: body["log"]["head"].update(root="0" * 64), ReceiptHeadWrongError),
        (lambda body: body["log"]["head"].update(sig="ed25519:AAAA"), ReceiptHeadWrongError),
        (lambda body: body["log"].update(proof=[]), ReceiptProofWrongError),
        (lambda body: body["log"].update(proof=["0" * 64]), ReceiptProofWrongError),
        (lambda body: body["log"]["proof"].append("0" * 64), ReceiptProofWrongError),
        (lambda body: body["log"].update(proof=["not hex"]), ReceiptUnreadableError),
        (lambda body: body["log"].update(proof=7), ReceiptUnreadableError),
        (lambda body: body["log"].update(more=1), ReceiptUnreadableError),
        (lambda body: body["log"].update(index="4"), ReceiptUnreadableError),
        (lambda body: body["log"]["head"].update(size=-1), ReceiptUnreadableError),
        (lambda body: body["log"].update(head=None), ReceiptUnreadableError),
        (lambda body: body.pop("log"), ReceiptUnreadableError),
    ],
)
def test_even_the_studio_cannot_sign_a_receipt_that_its_log_does_not_have(
    desk: Desk, anna: SitterId, change: Callable[[dict[str, Any]], None], error: type[FenshenError]
) -> None:
    with pytest.raises(error):
        receipt_check.verify(resigned(desk, in_a_longer_log(desk, anna), change), desk.signer.public_pem())


def test_a_consent_cannot_be_proved_by_the_entry_of_an_erasure(desk: Desk, receipt: Receipt) -> None:
    changed = resigned(desk, receipt, lambda body: body.update(type="consent"))
    with pytest.raises(ReceiptEntryWrongError):
        receipt_check.verify(changed, desk.signer.public_pem())


def test_a_receipt_whose_photos_are_gone_stands_as_such_in_the_log(desk: Desk, receipt: Receipt) -> None:
    assert json.loads(json.loads(receipt.data)["log"]["entry"])["event"] == "photos_destroyed"


# ---- whole or not at all


def test_a_receipt_can_be_part_of_what_it_states(desk: Desk, anna: SitterId) -> None:
    def break_off() -> None:
        with desk.store.begin() as connection:
            receipts.issue(
                desk, ReceiptKind.CONSENT, anna, {"purposes": []}, subject="1" * 64, connection=connection
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert list((desk.settings.home / "receipts").glob("*.json")) == []
    assert audit_check.verify(desk).head.size == 0
    receipts.settle(desk, desk.clock.now())
    assert list((desk.settings.home / "receipts").iterdir()) == []
    with desk.store.begin() as connection:
        given = receipts.issue(
            desk, ReceiptKind.CONSENT, anna, {"purposes": []}, subject="1" * 64, connection=connection
        )
        assert not given.path.exists()
    assert given.path.read_bytes() == given.data


def test_a_receipt_that_was_kept_but_not_named_gets_its_name_at_the_next_start(
    desk: Desk, receipt: Receipt
) -> None:
    waiting = receipt.path.with_name(f".{receipt.path.name}.waiting")
    receipt.path.rename(waiting)  # as a run leaves it that is killed right after its commit
    receipts.settle(desk, desk.clock.now())
    assert receipt.path.read_bytes() == receipt.data
    assert not waiting.exists()
    assert audit_check.verify(desk, receipts=[receipt.path.read_bytes()]).receipts == 1
