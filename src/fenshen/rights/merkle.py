"""Merkle trees after RFC 9162, section 2.1: pure functions on hashes, nothing kept, nothing read.

A tree over n leaves is cut into *places*: the hash at ``(level, index)`` covers the leaves
``index << level`` up to ``(index + 1) << level``, all of them there. A place never changes once it is complete, so
a log can keep them, and whatever a proof needs is folded from O(log n) of them. A *span* ``(first, end)`` is the run of
leaves under one hash of the RFC; its places are given by ``places``.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

Place = tuple[int, int]  # level (0 = leaf), index in that level
Span = tuple[int, int]  # first leaf, one past the last leaf

EMPTY = sha256().digest()  # the root of no leaves


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry: SHA-256(0x00 | entry)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256(0x01 | left | right). The lead byte keeps a leaf from passing for a node."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Give the largest power of two smaller than ``size`` (two or more): where the RFC cuts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def places(span: Span) -> list[Place]:
    """Cut a span into complete subtrees, left to right, largest first.

    The span must be one that the RFC's own recursion meets: its first leaf a multiple of its rounded-up size.
    """
    first, end = span
    found = []
    for level in range((end - first).bit_length() - 1, -1, -1):
        if (end - first) >> level & 1:
            found.append((level, first >> level))
            first += 1 << level
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """Give the hash of a span from those of its ``places``; of none, the root of the empty tree."""
    if not hashes:
        return EMPTY
    right = hashes[-1]
    for left in reversed(hashes[:-1]):
        right = node_hash(left, right)
    return right


def completed(leaf: bytes, index: int, known: Mapping[Place, bytes]) -> dict[Place, bytes]:
    """Give every place that a new leaf completes, its own first.

    ``known`` holds the places of the tree before it, ``places((0, index))``.
    """
    level, at, value = 0, index, leaf
    new = {(0, index): leaf}
    while at & 1:
        value = node_hash(known[level, at - 1], value)
        level, at = level + 1, at >> 1
        new[level, at] = value
    return new


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Give every complete place of a tree, level by level."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        below = found[-1]
        found.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return found


def root(found: Sequence[Sequence[bytes]], size: int) -> bytes:
    """Give the root that the tree had when it held ``size`` leaves, from its ``levels`` now."""
    return fold([found[level][index] for level, index in places((0, size))])


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Tell which hashes prove that leaf ``index`` is in a tree of ``size`` leaves (2.1.3.1), lowest first."""
    if not 0 <= index < size:
        raise IndexError(index)
    first, end = 0, size
    found = []
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((first, middle))
            first = middle
    return found[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Tell which hashes prove that a tree of ``new`` leaves begins with that of ``old`` (2.1.4.1)."""
    if not 0 < old <= new:
        raise IndexError(old)
    first, end, is_known = 0, new, True  # known: the whole old tree, whose root the reader has
    found = []
    while old != end:
        middle = first + split(end - first)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((first, middle))
            first, is_known = middle, False
    return [*([] if is_known else [(first, end)]), *found[::-1]]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Tell whether a leaf hash stands at ``index`` under a root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            value = node_hash(sibling, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and value == expected


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree under ``new_root`` begins with the one under ``old_root`` (2.1.4.2)."""
    if not 0 < old <= new:
        return old == 0 and not proof and old_root == EMPTY  # everything extends nothing
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root
