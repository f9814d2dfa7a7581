"""Where other programs keep their models on each system, and what their folders say."""

import json
from pathlib import Path, PurePosixPath

import pytest

from desktop.domain.other_apps import Layout, Place, hub_repo, ollama_model, ollama_name, owner_of, places

HOME = Path("/home/ann")
KIND = "application/vnd.ollama.image"


def folders(system: str, environ: dict[str, str], app: str) -> list[str]:
    return [place.folder.as_posix() for place in places(system, HOME, environ) if place.app == app]


def test_each_system_has_its_places() -> None:
    assert folders("linux", {}, "LM Studio") == ["/home/ann/.lmstudio/models", "/home/ann/.cache/lm-studio/models"]
    assert "/home/ann/.config/Jan/data/llamacpp/models" in folders("linux", {}, "Jan")
    assert "/home/ann/Library/Application Support/Jan/data/llamacpp/models" in folders("darwin", {}, "Jan")
    assert folders("linux", {}, "GPT4All") == ["/home/ann/.local/share/nomic.ai/GPT4All"]
    assert folders("win32", {"LOCALAPPDATA": "/local"}, "GPT4All") == ["/local/nomic.ai/GPT4All"]
    assert folders("linux", {}, "Ollama") == ["/home/ann/.ollama/models", "/usr/share/ollama/.ollama/models"]
    assert folders("darwin", {}, "Ollama") == ["/home/ann/.ollama/models"]


def test_what_the_user_told_those_programs_comes_first() -> None:
    assert folders("linux", {"OLLAMA_MODELS": "/big/ollama"}, "Ollama")[0] == "/big/ollama"
    assert folders("linux", {"HF_HOME": "/big/hf"}, "Hugging Face")[0] == "/big/hf/hub"
    assert folders("linux", {"HF_HOME": "/big/hf", "HF_HUB_CACHE": "/cache"}, "Hugging Face")[0] == "/cache"


def test_a_file_below_such_a_folder_is_that_programs() -> None:
    known = (Place("LM Studio", Path("/lm")), Place("Ollama", Path("/ol"), Layout.OLLAMA))
    assert owner_of("/lm/acme/m.gguf", known) == "LM Studio"
    assert owner_of("/lmx/m.gguf", known) == ""


def test_a_manifest_names_its_files() -> None:
    layers = [
        {"mediaType": f"{KIND}.license", "digest": "sha256:" + "0" * 64},
        {"mediaType": f"{KIND}.model", "digest": "sha256:" + "a" * 64},
        {"mediaType": f"{KIND}.projector", "digest": "sha256:" + "b" * 64},
    ]
    assert ollama_model(json.dumps({"layers": layers})) == ("a" * 64, "b" * 64)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"layers": 7}',
        '{"layers": [7, null]}',
        json.dumps({"layers": [{"mediaType": f"{KIND}.model", "digest": "sha256:../../secret"}]}),
        json.dumps({"layers": [{"mediaType": f"{KIND}.license", "digest": "sha256:" + "a" * 64}]}),
        "[" * 100_000,
    ],
)
def test_what_is_no_manifest_names_nothing(text: str) -> None:
    assert ollama_model(text) is None


@pytest.mark.parametrize(
    ("manifest", "name"),
    [
        ("registry.ollama.ai/library/llama3.2/3b", ("llama3.2 3b", "")),
        ("registry.ollama.ai/library/qwen3/latest", ("qwen3", "")),
        ("hf.co/acme/Rocket-4B-GGUF/Q4_K_M", ("Rocket 4B Q4_K_M", "acme")),
        ("odd", ("odd", "")),
    ],
)
def test_a_manifests_place_is_its_name(manifest: str, name: tuple[str, str]) -> None:
    assert ollama_name(PurePosixPath(manifest)) == name


def test_a_folder_of_the_hubs_cache_names_its_repository() -> None:
    assert hub_repo("models--acme--rocket-GGUF") == "acme/rocket-GGUF"
    assert [hub_repo(name) for name in ("datasets--acme--x", "models--acme", "blobs")] == ["", "", ""]
