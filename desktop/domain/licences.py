"""What a model's licence means for whoever uses it: a name and one plain clause. No legal advice, no full texts."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from desktop.translation import tr, tr_later


class Use(StrEnum):
    """What the licence asks for, in a few words."""

    WORK = tr_later("Work use allowed")
    CREDIT = tr_later("Name the publisher")
    """Work use is allowed, and whoever passes results or the model on names where they come from."""
    OWN_TERMS = tr_later("Terms of their own")
    NOT_COMMERCIAL = tr_later("Not for commercial use")
    UNKNOWN = tr_later("Unknown")


class Licence(NamedTuple):
    """A licence as a hub names it, and as people do."""

    id: str
    """As hubs write it, in lower case; empty: nobody said."""
    label: str
    use: Use

    @property
    def asks(self) -> bool:
        """Whether its terms are to be shown, and agreed to, before the first download."""
        return self.use in (Use.OWN_TERMS, Use.NOT_COMMERCIAL)

    @property
    def line(self) -> str:
        """One line for a card: ``Apache 2.0, work use allowed``."""
        if self.use is Use.UNKNOWN:
            return tr(self.label) if not self.id else tr("{label}, terms unknown").format(label=self.label)
        use = tr(self.use)
        return f"{tr(self.label)}, {use[0].lower()}{use[1:]}"


UNKNOWN = Licence("", tr_later("Licence unknown"), Use.UNKNOWN)

_KNOWN = (
    ("apache-2.0", "Apache 2.0", Use.WORK),
    ("mit", "MIT", Use.WORK),
    ("bsd-2-clause", "BSD", Use.WORK),
    ("bsd-3-clause", "BSD", Use.WORK),
    ("isc", "ISC", Use.WORK),
    ("unlicense", tr_later("Public domain"), Use.WORK),
    ("cc0-1.0", tr_later("Public domain"), Use.WORK),
    ("gpl-3.0", "GPL 3", Use.WORK),
    ("agpl-3.0", "AGPL 3", Use.WORK),
    ("cc-by-3.0", "CC BY 3.0", Use.CREDIT),
    ("cc-by-4.0", "CC BY 4.0", Use.CREDIT),
    ("cc-by-sa-3.0", "CC BY-SA 3.0", Use.CREDIT),
    ("cc-by-sa-4.0", "CC BY-SA 4.0", Use.CREDIT),
    ("cc-by-nc-2.0", "CC BY-NC 2.0", Use.NOT_COMMERCIAL),
    ("cc-by-nc-3.0", "CC BY-NC 3.0", Use.NOT_COMMERCIAL),
    ("cc-by-nc-4.0", "CC BY-NC 4.0", Use.NOT_COMMERCIAL),
    ("cc-by-nc-sa-4.0", "CC BY-NC-SA 4.0", Use.NOT_COMMERCIAL),
    ("cc-by-nc-nd-4.0", "CC BY-NC-ND 4.0", Use.NOT_COMMERCIAL),
    ("llama2", "Llama 2", Use.OWN_TERMS),
    ("llama3", "Llama 3", Use.OWN_TERMS),
    ("llama3.1", "Llama 3.1", Use.OWN_TERMS),
    ("llama3.2", "Llama 3.2", Use.OWN_TERMS),
    ("llama3.3", "Llama 3.3", Use.OWN_TERMS),
    ("llama4", "Llama 4", Use.OWN_TERMS),
    ("gemma", tr_later("Gemma terms"), Use.OWN_TERMS),
    ("qwen", tr_later("Qwen terms"), Use.OWN_TERMS),
    ("qwen-research", tr_later("Qwen research"), Use.NOT_COMMERCIAL),
    ("tongyi-qianwen", tr_later("Qwen terms"), Use.OWN_TERMS),
    ("deepseek", tr_later("DeepSeek terms"), Use.OWN_TERMS),
    ("bigscience-bloom-rail-1.0", tr_later("BLOOM terms"), Use.OWN_TERMS),
    ("bigscience-openrail-m", "OpenRAIL", Use.OWN_TERMS),
    ("bigcode-openrail-m", "OpenRAIL", Use.OWN_TERMS),
    ("openrail", "OpenRAIL", Use.OWN_TERMS),
    ("openrail++", "OpenRAIL", Use.OWN_TERMS),
    ("creativeml-openrail-m", "OpenRAIL", Use.OWN_TERMS),
    ("mrl", tr_later("Mistral research"), Use.NOT_COMMERCIAL),
    ("mnpl", tr_later("Mistral non-production"), Use.NOT_COMMERCIAL),
    ("falcon-llm-license", tr_later("Falcon terms"), Use.OWN_TERMS),
    ("nvidia-open-model-license", tr_later("NVIDIA terms"), Use.OWN_TERMS),
    ("lfm1.0", tr_later("LFM terms"), Use.OWN_TERMS),
    ("exaone", tr_later("EXAONE terms"), Use.NOT_COMMERCIAL),
    ("health-ai-developer-foundations", tr_later("Health AI terms"), Use.OWN_TERMS),
)
_BY_ID = {licence_id: Licence(licence_id, label, use) for licence_id, label, use in _KNOWN}
_SAYS_NOTHING = ("", "other", "unknown", "none")
"""``other`` is what a hub writes when the licence is a file in the repository."""


def licence_of(licence_id: str) -> Licence:
    """What is known of a licence. An id that is not known here keeps its own name, and its terms are unknown."""
    key = licence_id.strip().lower().replace(" ", "-").removeprefix("license:")
    if key in _SAYS_NOTHING:
        return UNKNOWN
    return _BY_ID.get(key) or Licence(key, licence_id.strip()[:40], Use.UNKNOWN)
