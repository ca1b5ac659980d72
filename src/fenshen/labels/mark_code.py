"""From a number to chips and back: what makes the invisible mark's number survive, and be refused when it did not.

48 bits, a 24-bit check (CRC-24/OpenPGP, RFC 9580 section 6.1), and a convolutional code of rate 1/2 and constraint
length 7 (generators 171 and 133 octal, the "NASA code" of CCSDS 131.0-B), ended by six zeros: 156 coded bits. The
decoder is Viterbi's over soft values (Viterbi 1967), so faint chips count for little and clear ones for much.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

NUMBER_BITS: Final = 48
CHECK_BITS: Final = 24
MEMORY: Final = 6
CODED: Final = 2 * (NUMBER_BITS + CHECK_BITS + MEMORY)  # bits
GENERATORS: Final = (0o171, 0o133)
CRC_START, CRC_POLYNOMIAL = 0xB704CE, 0x1864CFB

Floats = NDArray[np.float32]
Signs = NDArray[np.float32]  # -1 or 1


def encode(number: int) -> Signs:
    """Give the coded bits of a number in 0..2**48-1; (156,) of -1 and 1. Raises ValueError."""
    if not 0 <= number < 1 << NUMBER_BITS:
        raise ValueError("a mark has 48 bits")
    whole = (number << CHECK_BITS) | _check(number)
    bits = [(whole >> shift) & 1 for shift in reversed(range(NUMBER_BITS + CHECK_BITS))] + [0] * MEMORY
    register, coded = 0, []
    for bit in bits:
        register = (register >> 1) | (bit << MEMORY)
        coded += [(register & taps).bit_count() & 1 for taps in GENERATORS]
    return np.where(np.array(coded, bool), 1, -1).astype(np.float32)


def decode(soft: Floats) -> int | None:
    """Give the likeliest number behind soft coded bits; (156,), positive for 1. None when its check fails.

    Of numbers that nobody embedded, one in 2**24 passes.
    """
    bits = _viterbi(soft)
    whole = int("".join(map(str, bits[: NUMBER_BITS + CHECK_BITS])), 2)
    number = whole >> CHECK_BITS
    return number if _check(number) == whole & ((1 << CHECK_BITS) - 1) else None


def _check(number: int) -> int:
    """CRC-24 of the number's six bytes."""
    crc = CRC_START
    for byte in number.to_bytes(NUMBER_BITS // 8, "big"):
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= CRC_POLYNOMIAL
    return crc


def _viterbi(soft: Floats) -> list[int]:
    """Give the bits of the path that agrees best with the soft values, from state 0 to state 0."""
    states = np.arange(1 << MEMORY)
    # into a state (its newest bit on top) lead two: the oldest bit that falls out is 0 or 1
    before = np.stack([(states << 1) & 63 | old for old in (0, 1)])
    register = (states << 1) | np.array([[0], [1]])
    signs = np.stack([_outputs(register, taps) for taps in GENERATORS])
    score = np.where(states == 0, 0.0, -np.inf)
    came: list[NDArray[np.intp]] = []
    for pair in soft.reshape(-1, 2):
        reached = score[before] + np.tensordot(pair, signs, 1)
        came.append(reached.argmax(axis=0))
        score = reached.max(axis=0)
    state, bits = 0, []
    for choice in reversed(came):
        bits.append(int(state >> (MEMORY - 1)))
        state = int(before[choice[state], state])
    return bits[::-1]


def _outputs(register: NDArray[np.int64], taps: int) -> NDArray[np.float64]:
    ones = sum((register & taps) >> shift & 1 for shift in range(MEMORY + 1))
    return np.where(np.asarray(ones) & 1, 1.0, -1.0)
