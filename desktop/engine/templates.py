"""Chat templates: Jinja text from a model file or one of ours, rendered in a sandbox under a budget.

A template comes with the model, from a stranger. It can loop for ever or ask for gigabytes, so rendering has a limit of
time and memory and runs in the engine process only.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

SECONDS = 5.0
MEMORY = 512 * 1024 * 1024
EXIT_TEMPLATE = 66
"""Exit status of an engine whose template did not come to an end and could not be stopped in another way."""

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA_3 = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n"
    "{{ message.content }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
MISTRAL = (
    "{{ bos_token }}{% for message in messages %}{% if message.role == 'assistant' %} {{ message.content }}"
    "{{ eos_token }}{% else %}[INST] {{ message.content }} [/INST]{% endif %}{% endfor %}"
)
GEMMA = (
    "{{ bos_token }}{% for message in messages %}<start_of_turn>"
    "{{ 'model' if message.role == 'assistant' else 'user' }}\n{{ message.content }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
ALPACA = (
    "{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}\n\n"
    "{% elif message.role == 'user' %}### Instruction:\n{{ message.content }}\n\n"
    "{% else %}### Response:\n{{ message.content }}\n\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}### Response:\n{% endif %}"
)
VICUNA = (
    "{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}\n\n"
    "{% elif message.role == 'user' %}USER: {{ message.content }}\n"
    "{% else %}ASSISTANT: {{ message.content }}{{ eos_token }}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
PLAIN = "{% for message in messages %}{{ message.content }}{% endfor %}"

BUILT_IN: Mapping[str, str] = {
    "chatml": CHATML,
    "llama-3": LLAMA_3,
    "mistral": MISTRAL,
    "gemma": GEMMA,
    "alpaca": ALPACA,
    "vicuna": VICUNA,
    "plain": PLAIN,
}


class BadTemplate(Exception):
    """The template cannot be used; the text says why, in technical words."""


class Template:
    """One chat template, compiled."""

    def __init__(self, source: str, bos: str = "", eos: str = "") -> None:
        """Compile.

        Raises:
            BadTemplate: it is no template.
        """
        self.source = source
        self._special = {"bos_token": bos, "eos_token": eos}
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        offered: dict[str, Any] = {"raise_exception": _refuse, "strftime_now": _now}
        environment.filters["tojson"] = _to_json
        environment.globals.update(offered)
        with _budget():
            try:
                self._template = environment.from_string(source)
            except (TemplateError, RecursionError, MemoryError, OverflowError, ValueError) as error:
                raise BadTemplate(_short(error)) from None

    def render(self, messages: Sequence[Mapping[str, str]], *, answer: bool) -> str:
        """The prompt as text. ``answer`` adds what makes the model begin to speak.

        A template that refuses a system message gets it at the head of the first question instead.

        Raises:
            BadTemplate: it fails, refuses these messages, or goes over its budget.
        """
        try:
            return self._render(messages, answer)
        except BadTemplate:
            merged = _without_system(messages)
            if merged is None:
                raise
            return self._render(merged, answer)

    def _render(self, messages: Sequence[Mapping[str, str]], answer: bool) -> str:
        with _budget():
            try:
                return self._template.render(
                    messages=[dict(message) for message in messages], add_generation_prompt=answer, **self._special
                )
            except (TemplateError, SecurityError, RecursionError, MemoryError, OverflowError, ArithmeticError) as error:
                raise BadTemplate(_short(error)) from None
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                # A template can do to its values what any program can.
                raise BadTemplate(_short(error)) from None


def _without_system(messages: Sequence[Mapping[str, str]]) -> list[dict[str, str]] | None:
    if len(messages) < 2 or messages[0]["role"] != "system":
        return None
    system, first, *rest = [dict(message) for message in messages]
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def _to_json(value: Any, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(reason: str) -> None:
    raise TemplateError(reason)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _short(error: BaseException) -> str:
    # The message of an error may quote what was being rendered, which is a chat: its kind is enough.
    if isinstance(error, TemplateError) and not isinstance(error, SecurityError):
        return f"{type(error).__name__}: {(error.message or '')[:200]}"
    return type(error).__name__


@contextmanager
def _budget() -> Generator[None]:
    """Limits for what runs inside: memory where the system can, time everywhere.

    Time: first an exception in this thread (it reaches loops), then, where even that has no effect, the process ends;
    the app knows the exit status and says what happened.
    """
    last = threading.Timer(SECONDS + 1, os._exit, (EXIT_TEMPLATE,))
    last.daemon = True
    ident = threading.get_ident()
    first = threading.Timer(SECONDS, _interrupt, (ident,))
    first.daemon = True
    with _memory_limit():
        first.start()
        last.start()
        try:
            yield
        except _TimeIsUp:
            raise BadTemplate("takes too long") from None
        finally:
            first.cancel()
            last.cancel()


class _TimeIsUp(BaseException):
    """Raised in the rendering thread from outside; not an Exception, so that no template can catch it."""


def _interrupt(ident: int) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(_TimeIsUp))


@contextmanager
def _memory_limit() -> Generator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = now + MEMORY
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
