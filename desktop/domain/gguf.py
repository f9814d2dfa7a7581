"""What a GGUF file says about itself, read without trusting it.

Every length is checked against the file's real size before it is used, so a truncated, renamed or hostile file ends in
``BadModelFile`` with a plain reason and never reaches native code. Weights are not read.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import NamedTuple

from desktop.domain.gguf_kinds import ARRAY, FILE_TYPES, SCALARS, TENSOR_KINDS, TEXT
from desktop.domain.names import split_parts
from desktop.domain.weights import Weights, WeightsCount
from desktop.translation import tr

MAGIC = b"GGUF"
VERSIONS = (2, 3)
LIMIT_PAIRS = 10_000
LIMIT_TENSORS = 100_000
LIMIT_KEY = 65_535
LIMIT_TEXT = 4 * 1024 * 1024
LIMIT_TEXT_IN_ALL = 8 * 1024 * 1024
LIMIT_WORDS = 4_000_000
"""Texts in arrays, in all: a vocabulary has some hundred thousand."""
LIMIT_KEPT, LIMIT_KEPT_IN_ALL = 1024, 65_536
"""Arrays of whole numbers are kept up to this many elements: there may be one for each layer."""
WHOLE = (0, 1, 2, 3, 4, 5, 7, 10, 11)
"""Kinds of value that are whole numbers, or true and false."""


Value = bool | int | float | str | tuple[int, ...]


class BadModelFile(Exception):
    """The file cannot be a whole GGUF model. The text is one plain clause: what is wrong with the file."""


class TooShort(Exception):
    """There is more of the head than was given."""


class Tensor(NamedTuple):
    """One line of a file's table of tensors."""

    name: str
    dimensions: tuple[int, ...]
    """Elements along each axis; a row is the first."""
    size: int
    """Bytes; 0: of a kind that is not known here."""


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a GGUF file."""

    size: int
    """Bytes of the file."""
    key: str
    """Fingerprint of the head and the file's length: the same file has the same key, wherever it lies."""
    metadata: dict[str, Value] = field(repr=False)
    """Scalars and texts by key. A short array of whole numbers is a tuple; any other stands as its number of
    elements."""
    tensors: int = 0
    parameters: int = 0
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    """Bytes of weights by kind of tensor."""
    weights: Weights = field(default_factory=Weights)
    """Bytes of weights by where llama.cpp puts them."""
    data_end: int = 0
    """Where the last of the weights ends, in bytes; 0: not known."""
    unknown_tensors: int = 0
    """Tensors of a kind that is not known here."""

    def text(self, key: str) -> str:
        value = self.metadata.get(key, "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        value = self.metadata.get(key, 0)
        return value if isinstance(value, int) else 0

    def of_model(self, key: str) -> Value | None:
        """What the file says under ``key`` about its architecture: ``llama.key``. None where it says nothing."""
        return self.metadata.get(f"{self.architecture}.{key}")

    def size_of_model(self, key: str, otherwise: int = 0) -> int:
        """A number of the architecture that cannot be negative; of an array its first."""
        value = self.of_model(key)
        if isinstance(value, tuple):
            value = value[0] if value else None
        return max(value, 0) if isinstance(value, int) else otherwise

    def sizes_of_model(self, key: str, layers: int, otherwise: int = 0) -> tuple[int, ...]:
        """The same for each layer: an array has one for each, a single number is for all."""
        value = self.of_model(key)
        if not isinstance(value, tuple):
            return (self.size_of_model(key, otherwise),) * layers
        numbers = [max(number, 0) for number in value]
        return tuple((numbers + [0] * layers)[:layers])

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    @property
    def layers(self) -> int:
        return self.number(f"{self.architecture}.block_count")

    @property
    def context_length(self) -> int:
        return self.number(f"{self.architecture}.context_length")

    @property
    def quant(self) -> str:
        """Quantization as its publisher names it; where the file does not say, the kind that most bytes have."""
        if "general.file_type" in self.metadata:
            named = FILE_TYPES.get(self.number("general.file_type") & 1023)
            if named:
                return named
        return max(self.kinds, key=lambda kind: self.kinds[kind]) if self.kinds else ""

    @property
    def has_template(self) -> bool:
        return bool(self.text("tokenizer.chat_template").strip())


def read_model(path: Path, tensors: list[Tensor] | None = None) -> Header:
    """Read and check the heads of all files of a model; a split one is described as if it were one file. ``tensors``
    is given the tables.

    Raises:
        BadModelFile: it is no GGUF file, is damaged or is not whole.
        OSError: it cannot be opened.
    """
    names = split_parts(path.name)
    if len(names) == 1:
        return read_header(path, tensors=tensors)
    weights = WeightsCount()
    heads: list[Header] = []
    for number, name in enumerate(names, 1):
        if number > 1 and not path.with_name(name).exists():
            raise BadModelFile(
                tr("part {number} of {all} is missing: {name}").format(number=number, all=len(names), name=name)
            )
        heads.append(read_header(path.with_name(name), weights, tensors))
    kinds: dict[str, int] = {}
    for head in heads:
        for kind, size in head.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + size
    return replace(
        heads[0],
        size=sum(head.size for head in heads),
        tensors=sum(head.tensors for head in heads),
        parameters=sum(head.parameters for head in heads),
        kinds=kinds,
        weights=weights.total(),
        data_end=0,
        unknown_tensors=sum(head.unknown_tensors for head in heads),
    )


def read_header(path: Path, weights: WeightsCount | None = None, tensors: list[Tensor] | None = None) -> Header:
    """Read and check the head of one file. ``weights`` and ``tensors`` go on where another part of the same model
    ended.

    Raises:
        BadModelFile: it is no GGUF file, is damaged or is not whole.
        OSError: it cannot be opened.
    """
    if path.is_dir():
        raise BadModelFile(tr("it is a folder"))
    if path.exists() and not path.is_file():
        # A pipe would keep us waiting for ever.
        raise BadModelFile(tr("it is not a file"))
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < 24:
            raise BadModelFile(tr("it is empty") if size == 0 else tr("it is too short to be a model"))
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data, size, weights or WeightsCount(), tensors).header()


def parse_header(start: bytes, size: int) -> Header:
    """The same for a file that lies elsewhere: from its first bytes, and its whole length.

    Raises:
        TooShort: its head is longer than ``start``.
        BadModelFile: it is no GGUF file, is damaged, or would not be whole with so many bytes.
    """
    return _Reader(start, size, WeightsCount()).header()


class _Reader:
    def __init__(
        self, data: mmap.mmap | bytes, size: int, weights: WeightsCount, tensors: list[Tensor] | None = None
    ) -> None:
        self._weights = weights
        self._table = tensors if tensors is not None else []
        self._data = data
        self._size = size
        self._at = 0
        self._kept = 0
        self._texts = 0
        self._words = 0

    def header(self) -> Header:
        if self._data[:4] != MAGIC:
            raise BadModelFile(tr("it is not a GGUF file"))
        self._at = 4
        version = self._number("<I", 4)
        if version not in VERSIONS:
            reversed_version = int.from_bytes(version.to_bytes(4, "little"), "big")
            if reversed_version in VERSIONS:
                raise BadModelFile(tr("it was made for another kind of processor (big-endian)"))
            raise BadModelFile(
                tr("it has version {version} of the format, which is not known here").format(version=version)
            )
        tensors, pairs = self._number("<Q", 8), self._number("<Q", 8)
        if pairs > LIMIT_PAIRS or tensors > LIMIT_TENSORS:
            raise BadModelFile(tr("its table of contents makes no sense"))
        metadata: dict[str, Value] = {}
        for _ in range(pairs):
            key = self._text(LIMIT_KEY)
            metadata[key] = self._value(self._number("<I", 4))
        return self._tensors(tensors, metadata)

    def _tensors(self, count: int, metadata: dict[str, Value]) -> Header:
        parameters, end, unknown = 0, 0, 0
        kinds: dict[str, int] = {}
        weights = self._weights
        for _ in range(count):
            tensor = self._text(LIMIT_KEY)
            dimensions = self._number("<I", 4)
            if not 0 < dimensions <= 4:
                raise BadModelFile(tr("a tensor has a shape that makes no sense"))
            shape = tuple(self._number("<Q", 8) for _ in range(dimensions))
            if not all(0 < length < 1 << 40 for length in shape):
                raise BadModelFile(tr("a tensor has a shape that makes no sense"))
            elements = prod(shape)
            kind = self._number("<I", 4)
            offset = self._number("<Q", 8)
            parameters += elements
            if kind not in TENSOR_KINDS:
                # A kind from the future: its size is not known here, the engine will say more.
                end = max(end, offset)
                unknown += 1
                weights.add_unknown()
                self._table.append(Tensor(tensor, shape, 0))
                continue
            name, block, block_bytes = TENSOR_KINDS[kind]
            if shape[0] % block:
                raise BadModelFile(tr("a tensor has a shape that its kind cannot have"))
            length_bytes = elements // block * block_bytes
            kinds[name] = kinds.get(name, 0) + length_bytes
            weights.add(tensor, length_bytes)
            self._table.append(Tensor(tensor, shape, length_bytes))
            end = max(end, offset + length_bytes)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 16 or alignment & (alignment - 1):
            raise BadModelFile(tr("its alignment makes no sense"))
        start = (self._at + alignment - 1) // alignment * alignment
        if count and start + end > self._size:
            raise BadModelFile(
                tr("it is not whole: {size:,} of at least {needed:,} bytes are there").format(
                    size=self._size, needed=start + end
                )
            )
        import hashlib

        with memoryview(self._data) as data, data[: self._at] as head:
            digest = hashlib.sha256(head)
        digest.update(struct.pack("<Q", self._size))
        return Header(
            self._size,
            digest.hexdigest()[:32],
            metadata,
            count,
            parameters,
            kinds,
            weights.total(),
            data_end=0 if unknown or not count else start + end,
            unknown_tensors=unknown,
        )

    def _take(self, length: int) -> bytes:
        if length > self._size - self._at:
            raise BadModelFile(
                tr("it is not whole: it ends within its own head, after {size:,} bytes").format(size=self._size)
            )
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise TooShort
        self._at += length
        return taken

    def _number(self, form: str, length: int) -> int:
        return int(struct.unpack(form, self._take(length))[0])

    def _text(self, limit: int) -> str:
        length = self._number("<Q", 8)
        self._texts += length
        if length > min(limit, self._size) or self._texts > LIMIT_TEXT_IN_ALL:
            raise BadModelFile(tr("it is not whole, or damaged: a text in its head is longer than the file allows"))
        return self._take(length).decode("utf-8", "replace")

    def _value(self, kind: int) -> Value:
        if kind == TEXT:
            return self._text(LIMIT_TEXT)
        if kind == ARRAY:
            return self._array()
        if kind not in SCALARS:
            raise BadModelFile(tr("its head holds a kind of value that is not known"))
        form, length = SCALARS[kind]
        return struct.unpack(form, self._take(length))[0]

    def _array(self) -> int | tuple[int, ...]:
        """An array is kept if it may say something about each layer; the vocabulary is the engine's business."""
        kind, count = self._number("<I", 4), self._number("<Q", 8)
        if count > self._size:
            raise BadModelFile(tr("it is not whole, or damaged: an array in its head is longer than the file"))
        if kind == TEXT:
            self._skip_texts(count)
            return count
        if kind not in SCALARS:
            raise BadModelFile(tr("its head holds an array of a kind that is not known"))
        form, length = SCALARS[kind]
        if kind not in WHOLE or count > LIMIT_KEPT or self._kept + count > LIMIT_KEPT_IN_ALL:
            self._skip(count * length)
            return count
        self._kept += count
        return struct.unpack(f"<{count}{form[1]}", self._take(count * length))

    def _skip_texts(self, count: int) -> None:
        """Step over the words of a vocabulary: by far the most of a head, so it is done in one go."""
        self._words += count
        if self._words > LIMIT_WORDS:
            raise BadModelFile(tr("its head holds more words than any model has"))
        if count * 8 > self._size:
            raise BadModelFile(tr("it is not whole: it ends within its own head"))
        at, last, data = self._at, len(self._data) - 8, self._data
        length_at = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if at > last:
                break
            at += 8 + length_at(data, at)[0]
        else:
            last = at
        if at > self._size or (at > last and len(data) == self._size):
            raise BadModelFile(tr("it is not whole: it ends within its own head"))
        if at > last:
            raise TooShort
        self._at = at

    def _skip(self, length: int) -> None:
        if length > self._size - self._at:
            raise BadModelFile(tr("it is not whole: it ends within its own head"))
        self._at += length
