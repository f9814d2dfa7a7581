"""What the hub says: lists, descriptions, small texts, heads of files. The only importer of huggingface_hub.

The library reads its switches when it is imported, so they are set here, before that: no transport of its own, no
telemetry, no token that lies about on this computer.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

from desktop.courier.failing import Failure, check
from desktop.courier.net import Network
from desktop.domain.gguf import BadModelFile, Header, TooShort, parse_header
from desktop.domain.hub import CLOSED, Abilities, Description, FoundModel, HubFailure, RemoteFile, Sort

SWITCHES = {
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_EXPERIMENTAL_WARNING": "1",
    "HF_HUB_OFFLINE": "0",
}
README_MOST = 256 * 1024
TEXT_MOST = 1024 * 1024
PEEK_FIRST, PEEK_MOST = 1 << 20, 64 << 20
"""Bytes of a head: large vocabularies take some megabytes."""
_SORTS = {
    Sort.TRENDING: "trendingScore",
    Sort.DOWNLOADS: "downloads",
    Sort.LIKES: "likes",
    Sort.UPDATED: "lastModified",
    Sort.NEWEST: "createdAt",
}
_IN_LISTS = ("author", "createdAt", "downloads", "gated", "gguf", "lastModified", "likes", "pipeline_tag", "tags")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_VISION, _REASONING = "image-text-to-text", "reasoning"


class Hub:
    """One hub, through the courier's network."""

    def __init__(self, network: Network) -> None:
        os.environ.update(SWITCHES)
        import huggingface_hub

        huggingface_hub.set_client_factory(network.client)
        self._ways = network.ways
        self._session = huggingface_hub.get_session
        self._info = huggingface_hub.ModelInfo
        self._api = huggingface_hub.HfApi(endpoint=network.ways.endpoint, token=False, library_name="snug")
        self._token = ""

    def tell(self, token: str) -> None:
        """Who asks, from now on; empty: nobody."""
        self._token = token

    def headers(self) -> dict[str, str]:
        """Who asks. The network takes it out of requests to anybody but the hub."""
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    def url(self, repo: str, revision: str, file: str) -> str:
        """Where a file is fetched."""
        return f"{self._ways.endpoint}/{quote(repo)}/resolve/{quote(revision, safe='')}/{quote(file)}"

    def search(
        self, text: str, sort: Sort, wanted: Abilities, limit: int, cursor: str
    ) -> tuple[tuple[FoundModel, ...], str]:
        """One page of repositories with GGUF files, and the cursor of the next page."""
        tags = ["gguf"]
        tags += [f"license:{wanted.licence}"] * bool(wanted.licence) + [_REASONING] * wanted.reasoning
        asked: dict[str, Any] = {"filter": tags, "sort": _SORTS[sort], "limit": limit, "expand": list(_IN_LISTS)}
        asked |= {"search": text} if text else {}
        asked |= {"author": wanted.publisher} if wanted.publisher else {}
        asked |= {"pipeline_tag": _VISION} if wanted.vision else {}
        asked |= {"cursor": cursor} if cursor else {}
        # Not ``HfApi.list_models``: that keeps the way to the next page for itself.
        response = self._session().get(f"{self._ways.endpoint}/api/models", params=asked, headers=self.headers())
        check(response, page=True)
        models = tuple(self._found(self._info(**item)) for item in response.json())
        following = parse_qs(urlsplit(response.links.get("next", {}).get("url", "")).query)
        return models, following.get("cursor", [""])[0]

    def describe(self, repo: str, revision: str) -> Description:
        """Everything about one repository."""
        info: Any = self._api.model_info(repo, revision=revision, files_metadata=True, token=self._token or False)
        files = tuple(
            RemoteFile(str(each.rfilename), int(each.size or 0), str(each.lfs.sha256) if each.lfs else "")
            for each in info.siblings or ()
        )
        card: Mapping[str, Any] = info.card_data.to_dict() if info.card_data else {}
        commit = str(info.sha)
        if not _COMMIT.fullmatch(commit):
            raise Failure(HubFailure.WRONG_ANSWER, "the hub tells no commit")
        has_readme = any(file.path == "README.md" for file in files)
        return Description(
            self._found(info),
            commit,
            files,
            licence_name=_text(card.get("license_name")),
            licence_link=_text(card.get("license_link")),
            base_models=_texts(card.get("base_model")),
            readme=self._readme(repo, commit) if has_readme else "",
        )

    def _readme(self, repo: str, commit: str) -> str:
        """What the publisher says; nothing where only some may read it."""
        try:
            return _body(self.text(repo, commit, "README.md", README_MOST))
        except Failure as failure:
            if failure.kind in CLOSED:
                return ""
            raise

    def text(self, repo: str, revision: str, file: str, most: int | None = None) -> str:
        """A small text; cut after ``most`` bytes.

        Raises:
            Failure: TOO_LARGE if it is larger than a text should be, and ``most`` does not say where to cut.
        """
        start = self._start(repo, revision, file, 0, (most or TEXT_MOST) + 1)
        if most is None and len(start) > TEXT_MOST:
            raise Failure(HubFailure.TOO_LARGE)
        return start[: most or TEXT_MOST].decode("utf-8", "replace")

    def peek(self, repo: str, revision: str, file: str, size: int) -> Header:
        """What a GGUF file says about itself. Fetches as much of it as that takes."""
        start, wanted = b"", PEEK_FIRST
        while True:
            start += self._start(repo, revision, file, len(start), min(wanted, size))
            if len(start) >= 4 and not start.startswith(b"GGUF"):
                raise Failure(HubFailure.NOT_A_MODEL)
            try:
                return _sendable(parse_header(start, size))
            except TooShort:
                if wanted >= min(PEEK_MOST, size):
                    raise Failure(HubFailure.NOT_A_MODEL, "its head has no end") from None
            except BadModelFile as error:
                raise Failure(HubFailure.NOT_A_MODEL, str(error)) from None
            wanted *= 4

    def _start(self, repo: str, revision: str, file: str, first: int, end: int) -> bytes:
        """Bytes of a file from ``first`` on, up to ``end`` or its own."""
        asked = self.headers() | {"range": f"bytes={first}-{end - 1}"}
        with self._session().stream("GET", self.url(repo, revision, file), headers=asked) as response:
            if response.status_code == 416:
                return b""
            check(response, page=not file.endswith((".html", ".htm")))
            skip, taken = first if response.status_code == 200 else 0, bytearray()
            for chunk in response.iter_raw():
                taken += chunk
                if len(taken) >= skip + end - first:
                    break
            return bytes(taken[skip : skip + end - first])

    @staticmethod
    def _found(info: Any) -> FoundModel:
        tags: Sequence[str] = [str(tag) for tag in info.tags or ()]
        licences = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
        gguf: Mapping[str, Any] = info.gguf or {}
        return FoundModel(
            str(info.id),
            int(info.downloads or 0),
            int(info.likes or 0),
            info.created_at.timestamp() if info.created_at else 0.0,
            info.last_modified.timestamp() if info.last_modified else 0.0,
            bool(info.gated),
            licences[0] if licences else "",
            tuple(tags),
            _text(info.pipeline_tag),
            _text(gguf.get("architecture")),
            int(gguf.get("total") or 0),
            int(gguf.get("context_length") or 0),
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(text for text in map(_text, values) if text)


def _body(readme: str) -> str:
    """Without the metadata at its head, between two lines of dashes."""
    lines = readme.lstrip("\ufeff").splitlines(keepends=True)
    if lines and lines[0].strip() == "---":
        ends = [at for at, line in enumerate(lines[1:], 1) if line.strip() == "---"]
        lines = lines[ends[0] + 1 :] if ends else lines
    return "".join(lines).strip()


def _sendable(header: Header) -> Header:
    """Without numbers that JSON has no word for."""
    for key, value in list(header.metadata.items()):
        if isinstance(value, float) and not math.isfinite(value):
            del header.metadata[key]
    return header
