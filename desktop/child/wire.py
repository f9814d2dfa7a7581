"""Framing between Snug's processes: one message is one line of JSON.

Messages are tagged msgspec structs, validated on both sides. Every message carries an ``id``; who receives one with an
id that is no longer wanted drops it. A line that is not JSON, is no known shape, or is longer than the limit is a
failure of the protocol and ends the child.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line. A history of 100,000 tokens with their ids takes about 1 MB."""

Incoming = TypeVar("Incoming")


class ProtocolError(Exception):
    """The other side sent something that is no message."""


class UnknownMessage(Exception):
    """A message of a kind that this version does not know: to be logged and skipped, not fatal."""


class Decoder(Generic[Incoming]):
    """Turns bytes as they arrive into messages of one union of structs."""

    def __init__(self, union: object, limit: int = MAX_LINE) -> None:
        self._decoder = msgspec.json.Decoder[Incoming](union)  # pyright: ignore[reportCallIssue, reportArgumentType]
        self._limit = limit
        self._pending = bytearray()

    def lines(self, data: bytes) -> list[bytes]:
        """The lines that ``data`` completes.

        Raises:
            ProtocolError: a line is longer than the limit.
        """
        self._pending += data
        if b"\n" not in data:
            if len(self._pending) > self._limit:
                raise ProtocolError(f"a line is longer than {self._limit} bytes")
            return []
        *complete, rest = bytes(self._pending).split(b"\n")
        self._pending = bytearray(rest)
        if any(len(line) > self._limit for line in complete) or len(rest) > self._limit:
            raise ProtocolError(f"a line is longer than {self._limit} bytes")
        return [line for line in complete if line]

    def message(self, line: bytes) -> Incoming:
        """One line as a message.

        Raises:
            UnknownMessage: well-formed, but its ``type`` is not one of ours.
            ProtocolError: not JSON, or not the shape that its type asks for.
        """
        try:
            return self._decoder.decode(line)
        except msgspec.ValidationError as error:
            if "Invalid value" in str(error) and "$.type" in str(error):
                raise UnknownMessage(str(error)) from None
            raise ProtocolError(str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProtocolError(str(error)) from None


def encode(message: msgspec.Struct) -> bytes:
    """A message as its line, with the line's end."""
    return msgspec.json.encode(message) + b"\n"
