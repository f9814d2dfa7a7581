"""Chat templates: a stranger's program, kept in a sandbox under a budget."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from desktop.engine import templates
from desktop.engine.templates import BUILT_IN, BadTemplate, Template

HELLO = [{"role": "user", "content": "Hello"}]
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi"},
    {"role": "user", "content": "Bye"},
]


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_template_says_everything_in_order(name: str) -> None:
    said = Template(BUILT_IN[name], "<s>", "</s>").render(TALK, answer=True)
    places = [said.index(message["content"]) for message in TALK]
    assert places == sorted(places)


def test_the_services_offer_the_templates_there_are() -> None:
    from desktop.services.models import TEMPLATE_NAMES

    assert set(TEMPLATE_NAMES) == set(BUILT_IN)


def test_a_template_may_refuse_a_system_message() -> None:
    source = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "[{{ m.content }}]{% endfor %}"
    )
    assert Template(source).render(TALK, answer=True).startswith("[Be brief.\n\nHello]")


def test_a_refusal_is_told_in_the_templates_words() -> None:
    with pytest.raises(BadTemplate, match="roles must alternate"):
        Template("{{ raise_exception('roles must alternate') }}").render(HELLO, answer=True)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ messages.append(1) }}",
        "{{ self.__init__.__globals__ }}",
    ],
)
def test_the_sandbox_holds(source: str) -> None:
    try:
        said = Template(source).render(HELLO, answer=True)
    except BadTemplate:
        return
    assert "class" not in said
    assert "uid=" not in said


@pytest.mark.parametrize("source", ["{% for", "{{ nothing.at.all }}", "{{ 1 / 0 }}", "{{ 'a' + 1 }}", "{{ [][3].x }}"])
def test_a_template_that_fails_is_a_bad_template(source: str) -> None:
    with pytest.raises(BadTemplate):
        Template(source).render(HELLO, answer=True)


def test_an_error_never_quotes_the_chat() -> None:
    with pytest.raises(BadTemplate) as caught:
        Template("{{ messages[0].content + 1 }}").render([{"role": "user", "content": "secret"}], answer=True)
    assert "secret" not in str(caught.value)


def _in_a_process(source: str) -> tuple[str, float]:
    code = (
        "import sys; from desktop.engine.templates import *\n"
        f"try: Template({source!r}).render([{{'role': 'user', 'content': 'x'}}], answer=True); print('rendered')\n"
        "except BadTemplate as error: print('bad', error)"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)
    return done.stdout.strip() or f"exit {done.returncode}", time.monotonic() - started


def test_a_template_that_never_ends_is_stopped() -> None:
    said, seconds = _in_a_process("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
    assert said == "bad takes too long"
    assert seconds < templates.SECONDS + 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a part of a process")
def test_a_template_that_wants_gigabytes_does_not_get_them() -> None:
    assert _in_a_process("{{ 'a' * 2000000000 }}")[0] == "bad MemoryError"
