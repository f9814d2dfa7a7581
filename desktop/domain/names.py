"""Names people can read: of models from their files, of chats from their first words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from desktop.translation import tr, tr_later

# Compiled, and then kept, by ``re`` with the first use: the window does not wait for them.
_QUANT = r"(?i)[-._]((?:UD-)?(?:I?Q[0-9]+(?:_[0-9A-Z]+)*|MXFP4|NVFP4|BF16|F16|F32|FP16|TQ[12]_0))$"
_SPLIT = r"-[0-9]{5}-of-[0-9]{5}$"
_PART = r"(?i)^(?P<stem>.*)-(?P<part>[0-9]{5})-of-(?P<count>[0-9]{5})\.gguf$"
TITLE_LENGTH = 60
# What cannot be seen, or turns the letters after it round: in a list of chats it would reach into its neighbours.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def model_name(path: str, quant: str = "") -> str:
    """A model's file name without ending, quantization and dashes: ``Qwen3-4B-Q4_K_M.gguf`` is ``Qwen3 4B``."""
    stem = PurePath(path.replace("\\", "/")).name
    stem = stem[:-5] if stem.lower().endswith(".gguf") else stem
    stem = re.sub(_SPLIT, "", stem)
    stem = re.sub(_QUANT, "", stem)
    if quant and stem.lower().endswith(quant.lower()):
        stem = stem[: -len(quant)]
    name = re.sub(r"[-_\s]+", " ", stem).strip(" .-_")
    return name or tr("Model")


def split_parts(name: str) -> tuple[str, ...]:
    """The names of all parts of the split file that ``name`` is a part of; just itself where it is not split."""
    found = re.match(_PART, name)
    if found is None:
        return (name,)
    count = int(found["count"])
    # A name is no reason to count to a hundred thousand.
    if not 1 <= int(found["part"]) <= count <= 1000:
        return (name,)
    return tuple(f"{found['stem']}-{part:05}-of-{count:05}.gguf" for part in range(1, count + 1))


def quant_from_name(path: str) -> str:
    """Quantization as the file name gives it, or nothing."""
    stem = re.sub(_SPLIT, "", re.sub(r"\.gguf$", "", PurePath(path.replace("\\", "/")).name, flags=re.IGNORECASE))
    found = re.search(_QUANT, stem)
    return found[1].upper() if found else ""


def memory_text(count: float) -> str:
    """Bytes of memory as its makers count them: ``7.8 GB``."""
    for unit, factor in ((tr_later("GB"), 1 << 30), (tr_later("MB"), 1 << 20)):
        if count >= factor:
            figure = f"{count / factor:.1f}" if unit == "GB" else f"{count / factor:.0f}"
            return f"{figure} {tr(unit)}"
    return tr("under 1 MB") if count else tr("0 MB")


def file_text(count: float) -> str:
    """Bytes of a file as disks and hubs count them: ``4.9 GB``, ``98 MB``."""
    if count >= 1e8:
        figure = f"{count / 1e9:,.1f}" if count < 1e11 else f"{count / 1e9:,.0f}"
        return f"{figure} {tr('GB')}"
    return f"{count / 1e6:.0f} {tr('MB')}" if count >= 1e6 else tr("under 1 MB")


def speed_figure(tokens_per_second: float) -> str:
    """A speed of reading or writing as a number that is no more exact than it is worth: ``42``, ``3.5``."""
    exact = f"{tokens_per_second:.1f}"
    return exact if float(exact) < 10 else f"{tokens_per_second:,.0f}"


def speed_text(tokens_per_second: float) -> str:
    """The same with its unit: ``42 tok/s``."""
    return f"{speed_figure(tokens_per_second)} {tr('tok/s')}"


def list_text(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return tr("{others} and {last}").format(others=", ".join(words[:-1]), last=words[-1])


def clean_title(text: str) -> str:
    """A title in one line, without characters that cannot be seen."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def words_for(tokens: int) -> int:
    """How many words fit into so many tokens, roundly: numbers for people."""
    words = tokens * 3 // 4
    step = 500 if words >= 1_000 else 50
    return max(step, round(words / step) * step)


def title_from_words(text: str) -> str:
    """The first words of a message as a title: one line, cut between words, at most 60 characters."""
    line = next((line for line in map(clean_title, text.splitlines()) if line), "")
    line = re.sub(r"\s+", " ", re.sub(r"[#*_`>~]+", "", line)).strip()
    if len(line) <= TITLE_LENGTH:
        return line or tr("New chat")
    head = line[: TITLE_LENGTH - 1]
    cut = head.rsplit(" ", 1)[0] if " " in head[TITLE_LENGTH // 2 :] else head
    return cut.rstrip(" ,.;:-") + "…"


def title_from_model(text: str) -> str:
    """What a model proposed as a title, or nothing if it is none: one short line without quotes and full stop."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return ""
    line = re.sub(r"^(title|topic)\s*:\s*", "", clean_title(lines[0]), flags=re.IGNORECASE)
    line = re.sub(r"\s+", " ", line.strip(" \"'“”‘’*#`_.")).strip()
    return line if 2 < len(line) <= TITLE_LENGTH + 12 and len(line.split()) <= 10 else ""
