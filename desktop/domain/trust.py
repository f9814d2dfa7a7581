"""How far a model file is to be trusted: what was found when somebody looked, in words for people.

``findings_of`` looks at what a file says about itself; whether it is what its publisher published only its whole
fingerprint tells (``services/verifying.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from desktop.domain.findings import Finding
from desktop.translation import tr, tr_later

if TYPE_CHECKING:
    from desktop.domain.gguf import Header

TEMPLATE = "tokenizer.chat_template"
STRAY_BYTES = 1 << 20
"""So much behind the last of the weights is padding at most."""


class Check(NamedTuple):
    """A look at a file, as it is kept."""

    at: float
    findings: tuple[Finding, ...] = ()
    template: str = ""
    """SHA-256 of the chat template, in hex; empty: there is none."""
    known_template: str = ""
    """What the template is called, if Snug knows it word for word."""
    size: int = 0
    changed_at: float = 0.0
    """Length and time of change of the file that was looked at: of another file nothing is known."""
    allowed: bool = False
    """The user has seen the findings, and opens it all the same."""
    verified_at: float = 0.0
    """When all of it was found to match the publisher's fingerprint; 0: never."""
    own_sha256: tuple[str, ...] = ()
    """The fingerprint of each file, in hex, if they were read to their end."""

    @property
    def asks(self) -> bool:
        return any(found.asks for found in self.findings)


DIFFERS = Finding(
    "FINGERPRINT",
    tr_later("It is not the file that its publisher published: the fingerprint is another one."),
    asks=True,
)


def findings_of(header: Header, known_templates: Mapping[str, str]) -> tuple[tuple[Finding, ...], str, str]:
    """What is worth saying of a file, the SHA-256 of its chat template, and the name of that if it is a known one.

    ``known_templates``: names by SHA-256.
    """
    import hashlib

    findings: list[Finding] = []
    if header.data_end and header.size - header.data_end > STRAY_BYTES:
        stray = (header.size - header.data_end) / 1e6
        findings.append(
            Finding(
                "STRAY",
                tr("Behind its weights the file goes on for {number:,.0f} MB that nobody needs.").format(number=stray),
            )
        )
    if header.unknown_tensors:
        findings.append(
            Finding("NEWER", tr("Some of its weights are of a kind that this version of Snug does not know."))
        )
    source = header.text(TEMPLATE)
    digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest() if source else ""
    name = known_templates.get(digest, "")
    for key, text in header.metadata.items():
        if key.startswith(TEMPLATE) and isinstance(text, str) and not (key == TEMPLATE and name):
            from desktop.domain.template_scan import scan  # its patterns are compiled with the first look

            findings += scan(text)
    return _once(findings), digest, name


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each kind once, what asks first."""
    first = {found.code: found for found in reversed(list(findings))}
    return tuple(sorted(first.values(), key=_calm))


def _calm(found: Finding) -> tuple[bool, str]:
    return (not found.asks, found.code)
