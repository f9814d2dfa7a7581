"""Where other programs for local models keep theirs, and what their folders say about them. Looks at no disk."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any, NamedTuple, cast


class Layout(StrEnum):
    """How models lie in a folder."""

    FILES = "files"
    """``.gguf`` files, mostly in folders that name their publisher and repository."""
    OLLAMA = "ollama"
    """Manifests that name blobs without an ending."""
    HUB = "hub"
    """The cache of huggingface_hub: links into a folder of blobs."""


class Place(NamedTuple):
    """A folder of another program."""

    app: str
    folder: Path
    layout: Layout = Layout.FILES


class OllamaModel(NamedTuple):
    """What a manifest of Ollama says."""

    sha256: str
    """Of the file with the weights, in hex; its name follows from it."""
    projector: str = ""
    """The same of the file for pictures; empty: there is none."""


def places(system: str, home: Path, environ: Mapping[str, str]) -> tuple[Place, ...]:
    """Where the programs keep their models on a ``system`` (as ``sys.platform`` names it), most likely place first."""
    local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    support = home / "Library" / "Application Support"
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
    of_system = {"win32": roaming, "darwin": support}.get(system, config)
    jan = of_system / "Jan" / "data"
    gpt4all = {"win32": local, "darwin": support}.get(system, data)
    found = [
        Place("LM Studio", home / ".lmstudio" / "models"),
        Place("LM Studio", home / ".cache" / "lm-studio" / "models"),
        Place("Jan", jan / "llamacpp" / "models"),
        Place("Jan", home / "jan" / "llamacpp" / "models"),
        Place("Jan", home / "jan" / "models"),
        Place("GPT4All", gpt4all / "nomic.ai" / "GPT4All"),
        Place("Ollama", home / ".ollama" / "models", Layout.OLLAMA),
        Place("Hugging Face", cache / "huggingface" / "hub", Layout.HUB),
    ]
    if system == "linux":
        found.append(Place("Ollama", Path("/usr/share/ollama/.ollama/models"), Layout.OLLAMA))
    if chosen := environ.get("OLLAMA_MODELS"):
        found.insert(0, Place("Ollama", Path(chosen), Layout.OLLAMA))
    if chosen := environ.get("HF_HUB_CACHE"):
        found.insert(0, Place("Hugging Face", Path(chosen), Layout.HUB))
    elif chosen := environ.get("HF_HOME"):
        found.insert(0, Place("Hugging Face", Path(chosen) / "hub", Layout.HUB))
    return tuple(dict.fromkeys(found))


def owner_of(path: str, known: tuple[Place, ...]) -> str:
    """The program whose file this is; empty: nobody's but the user's."""
    return next((place.app for place in known if PurePath(path).is_relative_to(place.folder)), "")


_DIGEST = re.compile(r"sha256[:-](?P<hex>[0-9a-f]{64})")
_MODEL, _PROJECTOR = "application/vnd.ollama.image.model", "application/vnd.ollama.image.projector"
LONGEST_MANIFEST = 1 << 20


def ollama_model(manifest: str) -> OllamaModel | None:
    """What a manifest says; None where it is none, or names a file that is not one of Ollama's."""
    try:
        read: object = json.loads(manifest)
    except (ValueError, RecursionError):
        return None
    layers = cast("dict[str, Any]", read).get("layers") if isinstance(read, dict) else None
    digests: dict[str, str] = {}
    for layer in cast("list[Any]", layers) if isinstance(layers, list) else []:
        if isinstance(layer, dict):
            values = cast("dict[str, Any]", layer)
            digest = _DIGEST.fullmatch(str(values.get("digest", "")))
            if digest is not None:
                digests.setdefault(str(values.get("mediaType", "")), digest["hex"])
    if _MODEL not in digests:
        return None
    return OllamaModel(digests[_MODEL], digests.get(_PROJECTOR, ""))


def ollama_name(manifest: PurePath) -> tuple[str, str]:
    """Name and publisher from a manifest's place below ``manifests``: ``registry.ollama.ai/library/llama3.2/3b``."""
    parts = manifest.parts
    if len(parts) < 3:
        return " ".join(parts), ""
    name, tag, publisher = parts[-2], parts[-1], parts[-3]
    name = re.sub(r"-gguf$", "", name, flags=re.IGNORECASE)
    shown = re.sub(r"[-_]+", " ", name)
    return (shown if tag == "latest" else f"{shown} {tag}"), "" if publisher == "library" else publisher


def hub_repo(folder_name: str) -> str:
    """``models--owner--name`` is ``owner/name``; empty for a folder that is no model's."""
    kind, _, rest = folder_name.partition("--")
    owner, _, name = rest.partition("--")
    return f"{owner}/{name}" if kind == "models" and owner and name else ""
