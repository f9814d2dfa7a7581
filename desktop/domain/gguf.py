"""What a GGUF file says about itself, read without trusting it.

Every length is checked against the file's real size before it is used, so a truncated, renamed or hostile file ends in
``BadModelFile`` with a plain reason and never reaches native code. Weights are not read.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path

MAGIC = b"GGUF"
VERSIONS = (2, 3)
LIMIT_PAIRS = 100_000
LIMIT_TENSORS = 100_000
LIMIT_KEY = 65_535
LIMIT_TEXT = 32 * 1024 * 1024

# Kind of value: (struct format, size in bytes). 8 is text, 9 is an array.
_SCALARS = {
    0: ("<B", 1),
    1: ("<b", 1),
    2: ("<H", 2),
    3: ("<h", 2),
    4: ("<I", 4),
    5: ("<i", 4),
    6: ("<f", 4),
    7: ("<?", 1),
    10: ("<Q", 8),
    11: ("<q", 8),
    12: ("<d", 8),
}
_TEXT, _ARRAY = 8, 9

# Kind of tensor in ggml: (name, elements in a block, bytes of a block).
TENSOR_KINDS = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
}

# general.file_type as people write it.
_FILE_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    7: "Q8_0",
    8: "Q5_0",
    9: "Q5_1",
    10: "Q2_K",
    11: "Q3_K_S",
    12: "Q3_K_M",
    13: "Q3_K_L",
    14: "Q4_K_S",
    15: "Q4_K_M",
    16: "Q5_K_S",
    17: "Q5_K_M",
    18: "Q6_K",
    19: "IQ2_XXS",
    20: "IQ2_XS",
    21: "Q2_K_S",
    22: "IQ3_XS",
    23: "IQ3_XXS",
    24: "IQ1_S",
    25: "IQ4_NL",
    26: "IQ3_S",
    27: "IQ3_M",
    28: "IQ2_S",
    29: "IQ2_M",
    30: "IQ4_XS",
    31: "IQ1_M",
    32: "BF16",
    36: "TQ1_0",
    37: "TQ2_0",
    38: "MXFP4",
}


class BadModelFile(Exception):
    """The file cannot be a whole GGUF model. The text is one plain clause: what is wrong with the file."""


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a GGUF file."""

    size: int
    """Bytes of the file."""
    key: str
    """Fingerprint of the head and the file's length: the same file has the same key, wherever it lies."""
    metadata: dict[str, object] = field(repr=False)
    """Scalars and texts by key; an array stands as its number of elements."""
    tensors: int = 0
    parameters: int = 0
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    """Bytes of weights by kind of tensor."""

    def text(self, key: str) -> str:
        value = self.metadata.get(key, "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        value = self.metadata.get(key, 0)
        return value if isinstance(value, int) else 0

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
            named = _FILE_TYPES.get(self.number("general.file_type") & 1023)
            if named:
                return named
        return max(self.kinds, key=lambda kind: self.kinds[kind]) if self.kinds else ""

    @property
    def has_template(self) -> bool:
        return bool(self.text("tokenizer.chat_template").strip())


def read_header(path: Path) -> Header:
    """Read and check the head of a model file.

    Raises:
        BadModelFile: it is no GGUF file, is damaged or is not whole.
        OSError: it cannot be opened.
    """
    if path.is_dir():
        raise BadModelFile("it is a folder")
    if path.exists() and not path.is_file():
        # A pipe would keep us waiting for ever.
        raise BadModelFile("it is not a file")
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < 24:
            raise BadModelFile("it is empty" if size == 0 else "it is too short to be a model")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data, size).header()


class _Reader:
    def __init__(self, data: mmap.mmap, size: int) -> None:
        self._data = data
        self._size = size
        self._at = 0

    def header(self) -> Header:
        if self._data[:4] != MAGIC:
            raise BadModelFile("it is not a GGUF file")
        self._at = 4
        version = self._number("<I", 4)
        if version not in VERSIONS:
            reversed_version = int.from_bytes(version.to_bytes(4, "little"), "big")
            if reversed_version in VERSIONS:
                raise BadModelFile("it was made for another kind of processor (big-endian)")
            raise BadModelFile(f"it has version {version} of the format, which is not known here")
        tensors, pairs = self._number("<Q", 8), self._number("<Q", 8)
        if pairs > LIMIT_PAIRS or tensors > LIMIT_TENSORS:
            raise BadModelFile("its table of contents makes no sense")
        metadata: dict[str, object] = {}
        for _ in range(pairs):
            key = self._text(LIMIT_KEY)
            metadata[key] = self._value(self._number("<I", 4))
        return self._tensors(tensors, metadata)

    def _tensors(self, count: int, metadata: dict[str, object]) -> Header:
        parameters, end = 0, 0
        kinds: dict[str, int] = {}
        for _ in range(count):
            self._text(LIMIT_KEY)
            dimensions = self._number("<I", 4)
            if not 0 < dimensions <= 4:
                raise BadModelFile("a tensor has a shape that makes no sense")
            elements = first = 1
            for axis in range(dimensions):
                length = self._number("<Q", 8)
                if not 0 < length < 1 << 40:
                    raise BadModelFile("a tensor has a shape that makes no sense")
                elements *= length
                first = length if axis == 0 else first
            kind = self._number("<I", 4)
            offset = self._number("<Q", 8)
            parameters += elements
            if kind not in TENSOR_KINDS:
                # A kind from the future: its size is not known here, the engine will say more.
                end = max(end, offset)
                continue
            name, block, block_bytes = TENSOR_KINDS[kind]
            if first % block:
                raise BadModelFile("a tensor has a shape that its kind cannot have")
            length_bytes = elements // block * block_bytes
            kinds[name] = kinds.get(name, 0) + length_bytes
            end = max(end, offset + length_bytes)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 16 or alignment & (alignment - 1):
            raise BadModelFile("its alignment makes no sense")
        start = (self._at + alignment - 1) // alignment * alignment
        if count and start + end > self._size:
            raise BadModelFile(f"it is not whole: {self._size:,} of at least {start + end:,} bytes are there")
        import hashlib

        digest = hashlib.sha256(self._data[: self._at])
        digest.update(struct.pack("<Q", self._size))
        return Header(self._size, digest.hexdigest()[:32], metadata, count, parameters, kinds)

    def _take(self, length: int) -> bytes:
        if length > self._size - self._at:
            raise BadModelFile(f"it is not whole: it ends within its own head, after {self._size:,} bytes")
        self._at += length
        return self._data[self._at - length : self._at]

    def _number(self, form: str, length: int) -> int:
        return int(struct.unpack(form, self._take(length))[0])

    def _text(self, limit: int) -> str:
        length = self._number("<Q", 8)
        if length > min(limit, self._size):
            raise BadModelFile("it is not whole, or damaged: a text in its head is longer than the file allows")
        return self._take(length).decode("utf-8", "replace")

    def _value(self, kind: int) -> object:
        if kind == _TEXT:
            return self._text(LIMIT_TEXT)
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise BadModelFile("its head holds a kind of value that is not known")
        form, length = _SCALARS[kind]
        return struct.unpack(form, self._take(length))[0]

    def _array(self) -> int:
        """Skip an array; its elements (the vocabulary, mostly) are the engine's business."""
        kind, count = self._number("<I", 4), self._number("<Q", 8)
        if count > self._size:
            raise BadModelFile("it is not whole, or damaged: an array in its head is longer than the file")
        if kind == _TEXT:
            for _ in range(count):
                length = self._number("<Q", 8)
                if length > self._size - self._at:
                    raise BadModelFile("it is not whole: it ends within its own head")
                self._at += length
        elif kind in _SCALARS:
            self._take_over(count * _SCALARS[kind][1])
        else:
            raise BadModelFile("its head holds an array of a kind that is not known")
        return count

    def _take_over(self, length: int) -> None:
        if length > self._size - self._at:
            raise BadModelFile("it is not whole: it ends within its own head")
        self._at += length
