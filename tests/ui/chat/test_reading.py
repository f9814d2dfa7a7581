"""Messages read by another process are what they would be if they were read here."""

from __future__ import annotations

import json

import pytest

from desktop.domain.chat import Message, Part, PartKind, Role, Status
from desktop.ui.chat import reading
from desktop.ui.chat.reading import Reader, ahead
from desktop.ui.chat.stream import Stream
from tests.ui.chat.test_stream import EXAMPLES

RICH = """# Title

A *paragraph* with `code`, **bold**, a [link](https://example.org) and $x^2$ 😀.

> quoted
> - [x] done
> - [ ] not done

1. one

2. two

| a | b |
|:--|--:|
| 😀 | **2** |

```python
print('😀')
```

***

$$
x = 1
$$
"""


def said(text: str, role: Role = Role.ASSISTANT) -> Message:
    return Message(1, 1, None, role, (Part(PartKind.TEXT, text),), Status.COMPLETE)


def told(*messages: Message) -> Reader:
    reader = Reader()
    reader.know(json.loads(json.dumps(ahead(messages))))
    return reader


@pytest.mark.parametrize("text", [RICH, "\n\n".join(EXAMPLES)[:9_000], "a\r\nb\0c"], ids=["rich", "examples", "odd"])
def test_what_was_told_is_what_is_read_here(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = told(said(text))
    stream = Stream()
    specs = stream.load(text).specs
    monkeypatch.setattr(reading, "_read", None)
    assert reader.read(text) == (stream.source, specs, stream.loose)


def test_what_was_not_told_is_read_here() -> None:
    reader = told(said("one"))
    assert reader.read("*two*").specs == Stream().load("*two*").specs


def test_only_answers_are_read_and_only_as_many_as_fill_a_window() -> None:
    long = "x" * reading.ENOUGH
    messages = [said("old"), said(long), said("question", Role.USER), said("new")]
    assert [entry[0] for entry in ahead(messages)] == ["new", long]
