"""Where the courier may go: to the hub, and to the servers that the hub keeps its files on."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from desktop.domain.hub import ENDPOINT

ENDPOINT_VARIABLE = "HF_ENDPOINT"
_OF_THE_HUB = ("huggingface.co", "hf.co")
"""These and all below them: the hub itself, and where it keeps files (``cas-bridge.xethub.hf.co``)."""


class Ways:
    """The rule for one hub. Another one than the public hub was chosen by the user, and may lead wherever it keeps its
    files."""

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self.endpoint = endpoint.rstrip("/")
        parts = urlsplit(self.endpoint)
        self._scheme, self._host, self._port = parts.scheme, parts.hostname or "", parts.port

    @classmethod
    def chosen(cls) -> Ways:
        """To the hub that the environment names, or the public one."""
        return cls(os.environ.get(ENDPOINT_VARIABLE) or ENDPOINT)

    @property
    def hub(self) -> tuple[str, int]:
        """Host and port of the hub itself."""
        return self._host, self._port or (80 if self._scheme == "http" else 443)

    def refusal(self, scheme: str, host: str) -> str:
        """Why the courier does not go there, in words for the ledger; nothing where it does."""
        if scheme not in ("https", "http"):
            return "not the web"
        if scheme == "http" and self._scheme != "http":
            return "not encrypted"
        if self._of_the_hub(self._host) and not self._of_the_hub(host):
            return "not the hub or its servers"
        return ""

    def is_endpoint(self, scheme: str, host: str, port: int | None) -> bool:
        """Whether that is the hub itself, who alone may know who asks."""
        return (scheme, host, port) == (self._scheme, self._host, self._port)

    @staticmethod
    def _of_the_hub(host: str) -> bool:
        return any(host == known or host.endswith(f".{known}") for known in _OF_THE_HUB)
