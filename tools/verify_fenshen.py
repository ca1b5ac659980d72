"""Check what a Fenshen studio promised, without trusting it, and without its program.

    python verify_fenshen.py receipt RECEIPT.json --key studio.pub [--log LOG.jsonl]
    python verify_fenshen.py log LOG.jsonl --key studio.pub
    python verify_fenshen.py grown EARLIER LATER --key studio.pub

Needs Python 3.11 and the package ``cryptography``; no network, nothing of Fenshen. EARLIER is an exported log or a
head; LATER is an exported log, or what ``fenshen audit head --since EARLIER`` wrote. Ends with 0 when all holds, 1 when
something does not (it says what), 2 when it was called wrongly.

Trees and proofs follow RFC 9162, section 2.1. Signatures are Ed25519 (RFC 8032) over a line that names the kind, then
JSON with sorted keys, no spaces, ASCII only. Get ``studio.pub`` from the studio once, early, and keep it: who can give
you another key can give you another past.
"""

import argparse
import json
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

RECEIPT, HEAD = b"fenshen receipt 2\n", b"fenshen tree head 1\n"
EVENTS = {
    "consent": {"consent_given"},
    "withdrawal": {"consent_withdrawn"},
    "label_free": {"label_free_granted"},
    "erasure": {"erasure_done", "photos_destroyed"},
}
ENTRY_PARTS = {"v", "n", "event", "subject", "at", "facts"}
Table = dict[str, Any]


class DoesNotHoldError(Exception):
    """Something is not what the studio signed."""


def demand(holds: object, otherwise: str) -> None:
    """Stop, saying what is wrong, unless something holds."""
    if not holds:
        raise DoesNotHoldError(otherwise)


# ---- JSON and signatures


def canonical(table: Table) -> bytes:
    """Write JSON in the one way that is signed."""
    return json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def table_of(data: bytes | str, what: str) -> Table:
    """Read one JSON table: no name twice, whole numbers only."""
    try:
        found = json.loads(data, object_pairs_hook=without_repeats, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise DoesNotHoldError(f"{what}: not the JSON it should be ({error})") from None
    demand(isinstance(found, dict), f"{what}: not a JSON table")
    return dict(found)


def without_repeats(pairs: list[tuple[str, Any]]) -> Table:
    """Make a table of pairs, unless a name stands there twice."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands there twice")
    return dict(pairs)


def refuse(_: str) -> None:
    """Refuse a fraction, which has many spellings."""
    raise ValueError("a fraction")


def key_of(path: Path) -> Ed25519PublicKey:
    """Read the studio's public key."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError:
        raise DoesNotHoldError("the key file holds no public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise DoesNotHoldError("the key is not an Ed25519 key")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Name a key as receipts and heads do."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "SHA256:" + b64encode(sha256(der).digest()).decode().rstrip("=")


def check_signature(table: Table, kind: bytes, key: Ed25519PublicKey, what: str) -> None:
    """Check the ``sig`` of a table over everything else in it."""
    demand(table.get("key") == fingerprint(key), f"{what}: signed with another key than the one you gave")
    text = str(table.get("sig"))
    try:
        signature = b64decode(text.removeprefix("ed25519:"), validate=True)
        demand(text == "ed25519:" + b64encode(signature).decode(), f"{what}: the signature is spelled oddly")
        key.verify(signature, kind + canonical({k: v for k, v in table.items() if k != "sig"}))
    except (ValueError, InvalidSignature):
        raise DoesNotHoldError(
            f"{what}: the signature does not fit; it was altered or made by another"
        ) from None


# ---- trees (RFC 9162, 2.1)


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Give the root over leaf hashes: pair them up; what is left over waits for the next round."""
    if not leaves:
        return sha256().digest()
    row = leaves
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """Follow an inclusion proof up to a root (2.1.3.2); None when its length is wrong."""
    at, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if at % 2 or at == last:
            value = node_hash(sibling, value)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            value = node_hash(value, sibling)
        at, last = at // 2, last // 2
    return value if last == 0 else None


def roots_from_consistency(
    old: int, new: int, old_root: bytes, proof: list[bytes]
) -> tuple[bytes, bytes] | None:
    """Follow a consistency proof up to both roots (2.1.4.2); None when its length is wrong. 0 < old < new."""
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    if not path:
        return None
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at // 2, last // 2
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if at % 2 or at == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            now = node_hash(now, sibling)
        at, last = at // 2, last // 2
    return (was, now) if last == 0 else None


# ---- heads, logs, receipts


def check_head(head: Table, key: Ed25519PublicKey, what: str) -> tuple[int, bytes]:
    """Check a tree head; give its size and root."""
    demand(
        set(head) == {"v", "size", "root", "at", "key", "sig"} and head["v"] == 1, f"{what}: not a tree head"
    )
    demand(type(head["size"]) is int and head["size"] >= 0, f"{what}: no size")
    check_signature(head, HEAD, key, what)
    try:
        return head["size"], bytes.fromhex(head["root"])
    except (ValueError, TypeError):
        raise DoesNotHoldError(f"{what}: no root") from None


def check_log(data: bytes, key: Ed25519PublicKey) -> tuple[list[bytes], list[bytes]]:
    """Check an exported log, byte for byte: one entry a line, last the head. Give entries and leaf hashes."""
    demand(data.endswith(b"\n"), "the log does not end with a whole line")
    *entries, last = data[:-1].split(b"\n")
    for n, line in enumerate(entries):
        entry = table_of(line, f"entry {n}")
        demand(
            set(entry) == ENTRY_PARTS and entry["n"] == n, f"entry {n}: missing, moved or of another shape"
        )
        demand(canonical(entry) == line, f"entry {n}: not written in the one form that is hashed")
    head = table_of(last, "the head")
    demand(canonical(head) == last, "the head: not written in the one form that is signed")
    size, root = check_head(head, key, "the head")
    leaves = [leaf_hash(line) for line in entries]
    demand(size == len(entries), f"the head covers {size} entries, the log has {len(entries)}")
    demand(root == root_of(leaves), "the entries are not those that were signed")
    return entries, leaves


def check_receipt(data: bytes, key: Ed25519PublicKey, log: bytes | None) -> str:
    """Check a receipt by itself and, when a log is given, against that log."""
    receipt = table_of(data, "the receipt")
    demand(receipt.get("v") == 2 and receipt.get("type") in EVENTS, "this is no receipt of version 2")  # noqa: PLR2004
    check_signature(receipt, RECEIPT, key, "the receipt")
    said = {name: value for name, value in receipt.items() if name not in {"log", "sig"}}
    place: Table = receipt.get("log") or {}
    demand(set(place) == {"index", "entry", "proof", "head"}, "no proof in the receipt")
    text, index = str(place["entry"]), place["index"]
    entry = table_of(text, "the entry in the receipt")
    facts = {"receipt": said.get("id"), "sha256": sha256(canonical(said)).hexdigest()}
    demand(
        set(entry) == ENTRY_PARTS
        and canonical(entry) == text.encode()
        and (entry["n"], entry["subject"], entry["facts"]) == (index, said.get("subject"), facts)
        and entry["event"] in EVENTS[receipt["type"]],
        "the entry in the receipt is not about this receipt",
    )
    size, root = check_head(place["head"], key, "the head in the receipt")
    demand(type(index) is int and 0 <= index < size, "the receipt names a place that its head does not cover")
    proof = [bytes.fromhex(each) for each in place["proof"]]
    found = root_from_inclusion(leaf_hash(text.encode()), index, size, proof)
    demand(found == root, "the proof does not lead from the entry to the signed root")
    if log is not None:
        entries, leaves = check_log(log, key)
        demand(text.encode() in entries[index : index + 1], "this receipt is NOT in the log you gave")
        demand(size <= len(leaves) and root_of(leaves[:size]) == root, "receipt and log: two different pasts")
    seen = "" if log is None else ", in the log"
    return f"genuine: {receipt['type']} at {receipt['at']}, entry {index + 1} of {size}{seen}"


def check_grown(earlier: bytes, later: bytes, key: Ed25519PublicKey) -> str:
    """Check that a later state of the log begins with all of an earlier one."""
    old, old_root = head_at_the_end(earlier, key, "the earlier head")
    if later.startswith(b'{"at"'):
        _, leaves = check_log(later, key)
        demand(old <= len(leaves), f"the later log is shorter: {len(leaves)} entries, before {old}")
        demand(root_of(leaves[:old]) == old_root, "the later log does not begin with the earlier one")
        return f"grown from {old} to {len(leaves)} entries; nothing before was changed"
    answer = table_of(later, "the proof")
    demand(set(answer) == {"since", "head", "proof"}, "this is neither a log nor a proof")
    since = check_head(answer["since"], key, "the head in the proof")
    demand(since == (old, old_root), "the proof is for another head")
    new, new_root = check_head(answer["head"], key, "the later head")
    demand(old <= new, f"the later head is shorter: {new} entries, before {old}")
    proof = [bytes.fromhex(each) for each in answer["proof"]]
    if old in {0, new}:
        demand(not proof and (old == 0 or old_root == new_root), "two different roots for one size")
    else:
        found = roots_from_consistency(old, new, old_root, proof)
        demand(found == (old_root, new_root), "the proof does not hold: the log was rewritten")
    return f"grown from {old} to {new} entries; nothing before was changed"


def head_at_the_end(data: bytes, key: Ed25519PublicKey, what: str) -> tuple[int, bytes]:
    """Check a head that stands alone, or an exported log with its head."""
    if data.count(b"\n") > 1 and data.startswith(b'{"at"'):
        _, leaves = check_log(data, key)
        return len(leaves), root_of(leaves)
    return check_head(table_of(data, what), key, what)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind, files in (("receipt", ["file"]), ("log", ["file"]), ("grown", ["earlier", "later"])):
        one = kinds.add_parser(kind)
        for name in files:
            one.add_argument(name, type=Path)
        one.add_argument("--key", type=Path, required=True, help="the studio's public key, studio.pub")
        if kind == "receipt":
            one.add_argument("--log", type=Path, help="an exported log in which the receipt must stand")
    asked = parser.parse_args()
    try:
        key = key_of(asked.key)
        if asked.kind == "receipt":
            print(check_receipt(asked.file.read_bytes(), key, asked.log.read_bytes() if asked.log else None))
        elif asked.kind == "log":
            print(f"whole: {len(check_log(asked.file.read_bytes(), key)[0])} entries, signed")
        else:
            print(check_grown(asked.earlier.read_bytes(), asked.later.read_bytes(), key))
    except (DoesNotHoldError, OSError, KeyError, TypeError, ValueError) as error:
        sys.exit(f"DOES NOT HOLD: {error}")


if __name__ == "__main__":
    main()
