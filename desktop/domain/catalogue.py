"""Models that people really use, as Snug knows them without asking anybody: ``resources/catalogue.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from desktop.domain.licences import Licence, licence_of
from desktop.domain.models import FileKind
from desktop.domain.quants import Quant, RepoFile, Variant


class KnownModel(NamedTuple):
    """A model of the catalogue. Sizes are about right; the publisher's list has the exact ones."""

    repo: str
    name: str
    publisher: str
    published: str
    """A month, in words."""
    purpose: str
    """What it is good for, in plain words."""
    licence: Licence
    parameters: int
    context_length: int
    cache_per_token: int
    """Bytes that the KV cache takes for each token, at 16 bits, of the layers that keep the whole context."""
    reasoning: bool
    vision: bool
    variants: tuple[Variant, ...]

    def replaced(self, files: Iterable[RepoFile]) -> tuple[str, ...]:
        """The quantizations of which the publisher has another file now than the list knows. ``files``: what the
        repository has. Of a file without a fingerprint nothing is said."""
        there = {file.name: file.sha256 for file in files}
        return tuple(
            variant.quant.name
            for variant in self.variants
            if any(file.sha256 and there.get(file.name, "") not in ("", file.sha256) for file in variant.files)
        )


class Catalogue:
    """The list, read from its text.

    Raises (on use):
        ValueError: the text is not what it should be. It is a file of ours, so that would be a bug.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _told(self) -> dict[str, Any]:
        return json.loads(self._text)

    @property
    def updated(self) -> str:
        """When the list was looked through last: a month, in words."""
        return str(self._told["updated"])

    @cached_property
    def models(self) -> tuple[KnownModel, ...]:
        return tuple(map(_model, self._told["models"]))

    @property
    def first(self) -> tuple[KnownModel, ...]:
        """Good first models, the largest first."""
        found = (self.find(repo) for repo in self._told["first"])
        return tuple(model for model in found if model is not None)

    def find(self, repo: str) -> KnownModel | None:
        return next((model for model in self.models if model.repo == repo), None)

    def released(self, sha256: tuple[str, ...]) -> KnownModel | None:
        """The model that has a file, or the parts of one, with these fingerprints. None: not that the list knows."""
        return self._released.get(sha256) if all(sha256) else None

    @cached_property
    def _released(self) -> dict[tuple[str, ...], KnownModel]:
        return {
            tuple(file.sha256 for file in variant.files): model for model in self.models for variant in model.variants
        }


def _model(told: Any) -> KnownModel:
    variants = tuple(Variant((_file(quant),), FileKind.CHAT, Quant(quant["name"])) for quant in told["quants"])
    return KnownModel(
        told["repo"],
        told["name"],
        told["publisher"],
        told["published"],
        told["purpose"],
        licence_of(told["licence"]),
        told["parameters"],
        told["context"],
        told["cache"],
        "reasoning" in told["abilities"],
        "vision" in told["abilities"],
        variants,
    )


def _file(quant: Any) -> RepoFile:
    """Where the list knows no file, since there are several or nobody looked, one by the quantization's name stands for
    it."""
    return RepoFile(quant.get("file", f"{quant['name']}.gguf"), quant["size"], quant.get("sha256", ""))
