"""Sets of small numbers as the bits of one: thousands of members are joined and cut by one operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def members(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    # Byte by byte: taking bit after bit off one long number would copy it each time.
    for position, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        left = byte
        while left:
            lowest = left & -left
            yield position * 8 + lowest.bit_length() - 1
            left ^= lowest


def bits_of(numbers: Iterable[int]) -> int:
    """The set with these members."""
    data = bytearray()
    for number in numbers:
        byte, bit = divmod(number, 8)
        if byte >= len(data):
            data.extend(bytes(byte + 1 - len(data)))
        data[byte] |= 1 << bit
    return int.from_bytes(data, "little")
