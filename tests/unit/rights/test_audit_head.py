"""A signed head can be kept by anybody, and cannot be bent into another."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fenshen.rights import audit_head
from fenshen.rights.audit_head import HeadForgedError, HeadUnreadableError, TreeHead
from fenshen.rights.desk import Desk


@pytest.fixture
def head(desk: Desk) -> TreeHead:
    return audit_head.sign(desk.signer, size=3, root=b"\1" * 32, at="2026-11-22T12:00:00Z")


def test_a_head_is_read_back_however_it_is_laid_out(desk: Desk, head: TreeHead) -> None:
    for data in (head.as_line(), json.dumps(head.as_table(), indent=3).encode()):
        assert audit_head.read(data) == head
    audit_head.check(head, desk.signer.public_key())


@pytest.mark.parametrize(
    "change",
    [{"size": 4}, {"root": "2" * 64}, {"at": "2026-11-22T12:00:01Z"}, {"key": "SHA256:"}, {"sig": "x"}, {"v": 2},
     {"sig": "ed25519:!!"}, {"sig": "ed25519:AAAA"}],
)  # fmt: skip
def test_a_head_with_one_thing_changed_is_forged(desk: Desk, head: TreeHead, change: dict[str, Any]) -> None:
    with pytest.raises(HeadForgedError):
        audit_head.check(replace(head, **change), desk.signer.public_key())


def test_a_signature_spelled_in_another_way_is_refused(desk: Desk, head: TreeHead) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = head.sig[-3]  # its low four bits belong to nothing: base64 decoders pass over them
    respelled = head.sig[:-3] + letters[letters.index(last) ^ 1] + head.sig[-2:]
    with pytest.raises(HeadForgedError):
        audit_head.check(replace(head, sig=respelled), desk.signer.public_key())


@pytest.mark.parametrize(
    "change",
    [{"size": -1}, {"size": True}, {"size": "3"}, {"root": "z" * 64}, {"root": "0" * 63}, {"root": 5}, {"v": 2},
     {"v": True}, {"at": None}, {"more": 1}],
)  # fmt: skip
def test_what_is_no_head_is_named_so(head: TreeHead, change: dict[str, Any]) -> None:
    with pytest.raises(HeadUnreadableError):
        audit_head.read(json.dumps({**head.as_table(), **change}).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"[" * 100_000, b" " * (1 << 21), b"\xff"])
def test_what_is_no_json_table_is_no_head(data: bytes) -> None:
    with pytest.raises(HeadUnreadableError):
        audit_head.read(data)
