"""Quantizations: how much of a model's weights a file keeps, in words; and which files of a repository are one model.

A quantization is known by its name, which stands in the file's name or in its head (``gguf_kinds.FILE_TYPES``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from desktop.domain.models import FileKind
from desktop.domain.names import quant_from_name, split_parts
from desktop.translation import tr_later


class Quality(NamedTuple):
    """What a quantization costs, for people: 1 to 5 bars, and what that means."""

    bars: int
    words: str


ROUGH = Quality(1, tr_later("Loses a lot"))
SOME = Quality(2, tr_later("Loses some detail"))
BALANCE = Quality(3, tr_later("Best balance"))
CLOSE = Quality(4, tr_later("Very close to full"))
NEARLY = Quality(4, tr_later("Nearly full"))
AS_GOOD = Quality(5, tr_later("As good as full"))
FULL = Quality(5, tr_later("Full"))
NOT_KNOWN = Quality(0, tr_later("Quality unknown"))

# Bits of a weight on average, as llama.cpp's table of quantizations has them; in order of quality.
_BITS = {
    "TQ1_0": 1.7,
    "IQ1_S": 1.6,
    "IQ1_M": 1.8,
    "TQ2_0": 2.1,
    "IQ2_XXS": 2.1,
    "IQ2_XS": 2.3,
    "IQ2_S": 2.5,
    "IQ2_M": 2.7,
    "Q2_K_S": 2.9,
    "Q2_K": 3.2,
    "Q2_K_L": 3.3,
    "IQ3_XXS": 3.1,
    "IQ3_XS": 3.3,
    "IQ3_S": 3.5,
    "Q3_K_S": 3.6,
    "IQ3_M": 3.7,
    "Q3_K_M": 4.0,
    "Q3_K_L": 4.3,
    "Q3_K_XL": 4.4,
    "IQ4_XS": 4.4,
    "MXFP4": 4.3,
    "NVFP4": 4.5,
    "IQ4_NL": 4.6,
    "Q4_0": 4.6,
    "Q4_K_S": 4.7,
    "Q4_K_M": 4.9,
    "Q4_K_L": 5.0,
    "Q4_K_XL": 5.0,
    "Q4_1": 5.1,
    "Q5_0": 5.6,
    "Q5_K_S": 5.6,
    "Q5_K_M": 5.7,
    "Q5_K_L": 5.8,
    "Q5_K_XL": 5.8,
    "Q5_1": 6.1,
    "Q6_K": 6.6,
    "Q6_K_L": 6.7,
    "Q6_K_XL": 6.9,
    "Q8_0": 8.5,
    "Q8_K_XL": 9.5,
    "F16": 16.0,
    "BF16": 16.0,
    "F32": 32.0,
}
_OTHER_NAMES = {"FP16": "F16", "FP32": "F32", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M", "Q3_K": "Q3_K_M"}
_ORDER = {name: place for place, name in enumerate(_BITS)}
SUGGESTED = ("Q4_K_M", "Q4_K_XL", "MXFP4", "Q4_K_S", "Q5_K_M", "Q4_0", "Q4_1", "Q8_0")
"""Which one to suggest, the best first."""


class Quant(NamedTuple):
    """A quantization by its name."""

    name: str

    @property
    def order(self) -> int:
        """For sorting from the smallest to the fullest; what is not known comes last."""
        return _ORDER.get(self._known, len(_ORDER))

    @property
    def bits(self) -> float:
        """Of each weight, on average; 0: not known."""
        return _BITS.get(self._known, 0.0)

    @property
    def quality(self) -> Quality:
        bits = self.bits
        if not bits:
            return NOT_KNOWN
        steps = ((2.9, ROUGH), (4.4, SOME), (5.2, BALANCE), (6.2, CLOSE), (8.0, NEARLY), (12.0, AS_GOOD))
        return next((quality for limit, quality in steps if bits < limit), FULL)

    @property
    def _known(self) -> str:
        name = self.name.upper().removeprefix("UD-")
        return _OTHER_NAMES.get(name, name)


class RepoFile(NamedTuple):
    """A file of a repository, as a hub lists it."""

    name: str
    size: int
    sha256: str = ""


class Variant(NamedTuple):
    """One model of a repository, in one quantization: one file, or the parts of a split one in their order."""

    files: tuple[RepoFile, ...]
    kind: FileKind
    quant: Quant
    whole: bool = True
    """False where a part of a split file is missing."""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def name(self) -> str:
        """The file that stands for it: the first part."""
        return self.files[0].name


_EMBEDS = re.compile(r"(^|[-_./])(embed(ding)?s?|bge|e5|gte|minilm|nomic-embed|rerank(er)?)([-_.0-9]|$)")
_EMBEDDING = frozenset(
    [
        *("bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert"),
        *("eurobert", "gemma-embedding", "t5encoder"),
    ]
)
_DRAFTS = re.compile(r"(^|[-_./])(draft|eagle3?|mtp|dflash|speculator)([-_.]|$)")


_DRAFT_MODEL = re.compile(r"(^|[-_./])draft([-_.]|$)")
_PARTS_OF_MODELS = re.compile(r"(^|[-_./])(eagle3?|mtp|dflash|speculator)([-_.]|$)")


def is_draft_model(name: str) -> bool:
    """Whether a draft is a model of its own, as far as its name says. Others are parts that want the large model's
    inside, which the engine cannot use."""
    base = name.lower().replace("\\", "/").rsplit("/", 1)[-1]
    return bool(_DRAFT_MODEL.search(base)) and not _PARTS_OF_MODELS.search(base)


def kind_of_name(name: str) -> FileKind:
    """What a file is for, as far as its name says."""
    low = name.lower()
    base = low.replace("\\", "/").rsplit("/", 1)[-1]
    if "mmproj" in base:
        return FileKind.PROJECTOR
    if "imatrix" in base or base.startswith("ggml-vocab"):
        return FileKind.OTHER
    if _DRAFTS.search(base):
        return FileKind.DRAFT
    return FileKind.EMBEDDING if _EMBEDS.search(base) else FileKind.CHAT


def kind_of_file(name: str, architecture: str, of_type: str = "") -> FileKind:
    """What a file is for, as its head says, or else its name. ``of_type`` is its ``general.type``."""
    if architecture == "clip" or of_type == "mmproj":
        return FileKind.PROJECTOR
    if architecture in _EMBEDDING:
        return FileKind.EMBEDDING
    if of_type in ("adapter", "vocab", "imatrix"):
        return FileKind.OTHER
    return kind_of_name(name)


def is_later_part(name: str) -> bool:
    """Whether it is a part of a split file, and not the first."""
    return split_parts(name)[0] != name


def variants(files: Iterable[RepoFile]) -> tuple[Variant, ...]:
    """The models among a repository's files, chat models first, from the smallest quantization to the fullest."""
    listed = [file for file in files if file.name.lower().endswith(".gguf")]
    by_name = {file.name: file for file in listed}
    found: dict[str, Variant] = {}
    for file in listed:
        names = split_parts(file.name)
        parts = tuple(by_name[name] for name in names if name in by_name)
        if parts and names[0] not in found:
            kind, quant = kind_of_name(file.name), Quant(_quant_name(file.name))
            found[names[0]] = Variant(parts, kind, quant, whole=len(parts) == len(names))
    kinds = list(FileKind)
    return tuple(sorted(found.values(), key=lambda each: (kinds.index(each.kind), each.quant.order, each.size)))


def suggested(choices: Sequence[Variant]) -> Variant | None:
    """The variant to begin with: the best balance that there is, else the one in the middle. None: no chat model."""
    chat = [each for each in choices if each.kind is FileKind.CHAT and each.whole]
    for name in SUGGESTED:
        for each in chat:
            if each.quant.name.upper().removeprefix("UD-") == name:
                return each
    return chat[len(chat) // 2] if chat else None


def projector_for(choices: Sequence[Variant]) -> Variant | None:
    """The projector to fetch with a chat model: the smallest of 16 bits where there is one, since little is saved."""
    projectors = [each for each in choices if each.kind is FileKind.PROJECTOR and each.whole]
    halves = [each for each in projectors if each.quant.bits == 16.0]
    return min(halves or projectors, key=lambda each: each.size, default=None)


def draft_for(choices: Sequence[Variant]) -> Variant | None:
    """The draft model to offer with a chat model: the smallest, since it has to be quick."""
    drafts = [each for each in choices if each.kind is FileKind.DRAFT and each.whole and is_draft_model(each.name)]
    return min(drafts, key=lambda each: each.size, default=None)


def _quant_name(name: str) -> str:
    """From the file's name, or the folder it lies in: many repositories have one for each quantization."""
    named = quant_from_name(name)
    if not named and "/" in name:
        folder = name.rsplit("/", 2)[-2]
        named = quant_from_name(f"-{folder}.gguf")
    return named
