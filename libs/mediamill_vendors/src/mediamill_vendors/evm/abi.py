"""The few types that our contract uses, to bytes and back, in the encoding that Solidity has."""

from __future__ import annotations

from mediamill.errors import Transient

WORD = 32
Word = bytes | str
"""An argument as it is encoded: ``bytes`` are a static word, ``str`` is a dynamic string."""


def uint(number: int) -> bytes:
    """Give a number as a word. Raises ``OverflowError`` for what does not fit 256 bits."""
    return number.to_bytes(WORD, "big")


def address(text: str) -> bytes:
    """Give an address as a word."""
    return bytes.fromhex(text.removeprefix("0x")).rjust(WORD, b"\0")


def encoded(*arguments: Word) -> bytes:
    """Give arguments as calldata or as a constructor's: words in place, strings behind all of them."""
    heads, tail = list[bytes](), b""
    for argument in arguments:
        if isinstance(argument, bytes):
            heads.append(argument)
        else:
            heads.append(uint(len(arguments) * WORD + len(tail)))
            tail += _text(argument)
    return b"".join(heads) + tail


def call(selector: str, *arguments: Word) -> str:
    """Give calldata, in hex: a selector of four bytes and arguments."""
    return f"0x{selector}{encoded(*arguments).hex()}"


def read_uint(data: str, place: int = 0) -> int:
    """Read the word at a place of what a node gave, in hex."""
    return int.from_bytes(_word(_bytes(data), place * WORD), "big")


def read_address(data: str, place: int = 0) -> str:
    """Read an address, in lower case."""
    return f"0x{_word(_bytes(data), place * WORD)[12:].hex()}"


def read_text(data: str, place: int = 0) -> str:
    """Read the string whose offset is at a place."""
    raw = _bytes(data)
    start = int.from_bytes(_word(raw, place * WORD), "big")
    length = int.from_bytes(_word(raw, start), "big")
    text = raw[start + WORD : start + WORD + length]
    if len(text) != length:
        raise Transient("The chain's node cut a string short.")
    return text.decode(errors="replace")


def _text(text: str) -> bytes:
    raw = text.encode()
    return uint(len(raw)) + raw.ljust(-(-len(raw) // WORD) * WORD, b"\0")


def _bytes(data: str) -> bytes:
    return bytes.fromhex(data.removeprefix("0x"))


def _word(raw: bytes, start: int) -> bytes:
    word = raw[start : start + WORD]
    if len(word) != WORD:
        raise Transient("The chain's node gave less than was asked for; is that our contract?")
    return word
