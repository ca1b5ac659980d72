"""The tree is the one of RFC 9162, so that anybody's verifier can check what we say about a person."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenshen.rights import merkle
from fenshen.rights.merkle import Span, leaf_hash

# The reference vectors of Certificate Transparency (RFC 6962, whose tree RFC 9162 keeps).
LEAVES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
SOME = st.lists(st.binary(max_size=12), min_size=1, max_size=70)


# ---- the definitions of RFC 9162, word for word and slow


def mth(d: Sequence[bytes]) -> bytes:
    """2.1.1: the Merkle tree hash."""
    if len(d) < 2:
        return sha256(b"\x00" + d[0]).digest() if d else sha256(b"").digest()
    k = cut(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def cut(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1: the inclusion proof."""
    if len(d) == 1:
        return []
    k = cut(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], *, known: bool) -> list[bytes]:
    """2.1.4.1: the consistency proof."""
    if m == len(d):
        return [] if known else [mth(d)]
    k = cut(len(d))
    if m <= k:
        return [*subproof(m, d[:k], known=known), mth(d[k:])]
    return [*subproof(m - k, d[k:], known=False), mth(d[:k])]


# ---- ours


def hashes(data: Sequence[bytes], spans: Sequence[Span]) -> list[bytes]:
    found = merkle.levels([leaf_hash(each) for each in data])
    return [merkle.fold([found[level][at] for level, at in merkle.places(span)]) for span in spans]


def root(data: Sequence[bytes]) -> bytes:
    return merkle.root(merkle.levels([leaf_hash(each) for each in data]), len(data))


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size] == mth(LEAVES[:size]).hex()


def test_the_proofs_are_the_published_ones() -> None:
    for (index, size), proof in INCLUSION.items():
        found = hashes(LEAVES[:size], merkle.inclusion_spans(index, size))
        assert [each.hex() for each in found] == proof
    for (old, new), proof in CONSISTENCY.items():
        found = hashes(LEAVES[:new], merkle.consistency_spans(old, new))
        assert [each.hex() for each in found] == proof


@given(SOME)
def test_any_tree_is_the_one_of_the_definition_however_it_grew(data: list[bytes]) -> None:
    known: dict[merkle.Place, bytes] = {}
    for index, each in enumerate(data):
        known |= merkle.completed(leaf_hash(each), index, known)
        grown = merkle.fold([known[place] for place in merkle.places((0, index + 1))])
        assert grown == mth(data[: index + 1])
    at_once = merkle.levels([leaf_hash(each) for each in data])
    assert known == {(level, i): value for level, row in enumerate(at_once) for i, value in enumerate(row)}
    assert all(merkle.root(at_once, size) == mth(data[:size]) for size in range(len(data) + 1))


@given(SOME, st.data())
def test_any_inclusion_proof_is_the_one_of_the_definition_and_holds(
    data: list[bytes], draw: st.DataObject
) -> None:
    index = draw.draw(st.integers(0, len(data) - 1))
    proof = hashes(data, merkle.inclusion_spans(index, len(data)))
    assert proof == path(index, data)
    assert merkle.includes(leaf_hash(data[index]), index, len(data), proof, mth(data))


@given(SOME, st.data())
def test_any_consistency_proof_is_the_one_of_the_definition_and_holds(
    data: list[bytes], draw: st.DataObject
) -> None:
    old = draw.draw(st.integers(1, len(data)))
    proof = hashes(data, merkle.consistency_spans(old, len(data)))
    assert proof == subproof(old, data, known=True)
    assert merkle.extends(old, mth(data[:old]), len(data), mth(data), proof)


@given(SOME, st.data())
def test_an_inclusion_proof_changed_anywhere_holds_no_more(data: list[bytes], draw: st.DataObject) -> None:
    size, index = len(data), draw.draw(st.integers(0, len(data) - 1))
    leaf, proof, top = leaf_hash(data[index]), path(index, data), mth(data)
    assert not merkle.includes(leaf_hash(data[index] + b"!"), index, size, proof, top)
    assert not merkle.includes(leaf, index, size, [*proof, top], top)
    assert not merkle.includes(leaf, index, size, proof, merkle.node_hash(top, top))
    assert not merkle.includes(leaf, size, size, proof, top)
    assert not merkle.includes(leaf, -1, size, proof, top)
    for gone in range(len(proof)):
        assert not merkle.includes(leaf, index, size, proof[:gone] + proof[gone + 1 :], top)
        flipped = bytes([proof[gone][0] ^ 1]) + proof[gone][1:]
        assert not merkle.includes(leaf, index, size, [*proof[:gone], flipped, *proof[gone + 1 :]], top)


@given(SOME, st.data())
def test_a_consistency_proof_changed_anywhere_holds_no_more(data: list[bytes], draw: st.DataObject) -> None:
    new, old = len(data), draw.draw(st.integers(1, len(data)))
    was, now, proof = mth(data[:old]), mth(data), subproof(old, data, known=True)
    other = leaf_hash(b"another root")
    assert not merkle.extends(old, other, new, now, proof)
    assert not merkle.extends(old, was, new, other, proof)
    assert not merkle.extends(old, was, new, now, [*proof, other])
    assert not merkle.extends(new + 1, was, new, now, proof)
    for gone in range(len(proof)):
        assert not merkle.extends(old, was, new, now, proof[:gone] + proof[gone + 1 :])
        assert not merkle.extends(old, was, new, now, [*proof[:gone], other, *proof[gone + 1 :]])


def test_everything_extends_the_empty_tree_and_nothing_else_does() -> None:
    assert merkle.extends(0, merkle.EMPTY, 8, root(LEAVES), [])
    assert not merkle.extends(0, merkle.EMPTY, 8, root(LEAVES), [merkle.EMPTY])
    assert not merkle.extends(0, root(LEAVES), 8, root(LEAVES), [])


def test_a_proof_for_a_leaf_that_is_not_there_cannot_be_asked_for() -> None:
    for index, size in ((0, 0), (8, 8), (-1, 8)):
        with pytest.raises(IndexError):
            merkle.inclusion_spans(index, size)
    for old, new in ((0, 8), (9, 8)):
        with pytest.raises(IndexError):
            merkle.consistency_spans(old, new)
