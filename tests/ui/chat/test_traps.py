"""What a model writes can neither open a file or an address, nor freeze the window, nor make other text disappear."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QColor, QImage, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from desktop.ui.chat.code_leaf import CodeLeaf
from desktop.ui.chat.links import describe_link
from desktop.ui.chat.message_body import MessageBody
from desktop.ui.chat.stream import Stream
from desktop.ui.theme import Theme
from tests.ui.chat.bombs import BOMBS
from tests.ui.chat.test_markdown import shown

Make = Callable[..., MessageBody]

EVERYTHING = "warm `up` **all** *fonts*\n\n| a |\n|---|\n| b |\n\n```c\nint x;\n```"
"""What is imported when the first of its kind is shown opens files of Python's own, and so do fonts."""

_opened: list[str] = []
_watching = False


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event in {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.listdir"}:
        _opened.append(f"{event} {arguments[0]!r}")


sys.addaudithook(_hook)


@contextmanager
def nothing_is_opened() -> Iterator[None]:
    global _watching
    _opened.clear()
    _watching = True
    try:
        yield
    finally:
        _watching = False
    assert _opened == []


PICTURES = [
    "![x](file:///etc/passwd)",
    "![x](/etc/passwd)",
    "![x](picture.png)",
    "![x](//host/share/x.png)",
    "![x](https://example.org/x.png)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](qrc:/x.png)",
    "![x][ref]\n\n[ref]: file:///etc/passwd",
    "<img src='file:///etc/passwd'>",
    "<link rel=stylesheet href='file:///etc/passwd'>",
    "<style>@import url(file:///etc/passwd)</style>",
    "<meta http-equiv=refresh content='0;url=file:///etc/passwd'>",
    "<svg><image href='file:///etc/passwd'/></svg>",
    "[x](file:///etc/passwd)",
    "<file:///etc/passwd>",
    "| ![x](/etc/passwd) |\n|---|",
]


@pytest.mark.parametrize("source", PICTURES)
def test_nothing_is_opened_for_a_picture_or_a_link(body: Make, source: str) -> None:
    body(EVERYTHING).grab()
    widget = body("before")
    with nothing_is_opened():
        widget.set_text(source + "\n\nafter")
        widget.grab()
        widget.select_all()
        widget.selected_markdown()
    assert widget.plain_text().endswith("after")


def test_a_picture_on_this_computer_is_never_painted(body: Make, tmp_path: Path) -> None:
    """Qt opens files without asking Python, so the hook above is not enough: no red may be seen."""
    red = QImage(64, 64, QImage.Format.Format_RGB32)
    red.fill(QColor("#ff0000"))
    path = tmp_path / "red.png"
    assert red.save(str(path))
    for source in (f"![x](file://{path})", f"![x]({path})", f"<img src='{path}'>", f"![x][r]\n\n[r]: {path}"):
        image = body(source).grab().toImage()
        pixels = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert red.pixel(0, 0) not in pixels


def test_an_unclosed_tag_swallows_nothing(body: Make) -> None:
    for source in ("List<int> x and then more\n\nNext para", "line<br>two\n\nSECOND", "<p><img ..></p>\n\nSECOND"):
        text = body(source).plain_text()
        assert text == source


HTMLISH = st.lists(
    st.sampled_from(
        ["<", ">", "</", "/>", "b", "img", "int", " src=", "'", '"', "&", "lt;", "!--", "--", "\n", " word ", "="]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTMLISH)
def test_no_word_of_anything_like_html_is_lost(source: str) -> None:
    words = shown(Stream().load(source).specs)
    assert words.count("word") == source.count("word")


@pytest.mark.parametrize("name", list(BOMBS))
def test_a_markdown_bomb_is_shown_in_a_moment(theme: Theme, qapp: object, name: str) -> None:
    # A quarter of a second on a computer of today (the benchmark says so); what grows with the square takes minutes.
    assert shown_in(theme, BOMBS[name]) < 2.0


def shown_in(theme: Theme, source: str) -> float:
    """Seconds of the processor's time to parse, lay out and paint."""
    widget = MessageBody(theme)
    picture = QPixmap(760, 800)
    started = time.thread_time()
    widget.set_text(source)
    height = widget.lay_out(760)
    widget.setGeometry(0, 0, 760, height)
    widget.render(picture, QPoint(), QRegion(0, 0, 760, 800), QWidget.RenderFlag.DrawChildren)
    took = time.thread_time() - started
    assert len("".join(widget.plain_text().split())) > 0 or set(source) <= set("*-\n_")
    widget.deleteLater()
    return took


@pytest.mark.parametrize("name", ["open brackets", "quotes in quotes", "many items", "a wide table", "nested pictures"])
def test_a_bomb_loses_no_text_either(name: str) -> None:
    source = BOMBS[name]
    words = shown(Stream().load(source).specs, addresses=True)
    assert words.count("a") == source.count("a")


@pytest.mark.parametrize("mark", [">", "[", "*", "- ", "(", "`", "<", "~", "_", "#", "|", "!["])
def test_ten_thousand_of_one_mark_are_safe(body: Make, mark: str) -> None:
    widget = body(mark * 10_000 + " the end")
    widget.grab()
    first = widget.column.leaves[0]
    # Back ticks and tildes open a fence; the words behind them are in its header.
    assert widget.plain_text().endswith("end") or (isinstance(first, CodeLeaf) and first.title.endswith("end"))


ANSWER = (
    "# Plan\n\nSome *text* with `code`.\n\n1. one\n   - two\n\n```js\nlet a = `b\n```\n\n"
    "| a | b |\n|--|--|\n| 1 | 2 |\n> end"
)


def test_every_prefix_of_an_answer_can_be_shown(body: Make) -> None:
    widget = body()
    for char in ANSWER:
        widget.append(char)
        widget.grab()
    for end in range(len(ANSWER)):
        widget.set_text(ANSWER[:end])
        widget.lay_out(600)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/a?b#c", "example.org"),
        ("HTTP://Example.ORG:8080/", "example.org:8080"),
        ("https://\u0430pple.com/", "xn--pple-43d.com"),
        ("https://xn--pple-43d.com/", "xn--pple-43d.com"),
        ("mailto:someone@example.org?subject=x", "someone@example.org"),
    ],
)
def test_a_link_to_the_web_says_its_real_host(url: str, host: str) -> None:
    link = describe_link(url)
    assert link.allowed
    assert link.host == host
    assert host in link.sentence


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "smb://host/share",
        "ms-settings:privacy",
        "javascript:alert(1)",
        "data:text/html,x",
        "C:\\Windows\\System32",
        "//host/share",
        "page.html",
        "",
        "https://",
        "https://user:secret@evil.example/",
        "https://good.example\\@evil.example/",
        "https://exa\u202emple.org/",
        "https://exa\u200bmple.org/",
        "http://[::1",
        "mailto:nobody",
        "vscode://file/etc/passwd",
    ],
)
def test_any_other_link_is_refused_with_a_sentence(url: str) -> None:
    link = describe_link(url)
    assert not link.allowed
    assert link.sentence.endswith(".")


@pytest.mark.parametrize("url", ["https://\u0430pple.com/\u00e4?q=\u00fc", "HTTP://Example.ORG/a b"])
def test_what_is_opened_is_what_was_said(url: str) -> None:
    link = describe_link(url)
    assert link.url.isascii()
    assert QUrl(link.url).host(QUrl.ComponentFormattingOption.FullyEncoded) == link.host


def test_an_error_while_painting_leaves_no_painter_open(body: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt's own complaint about it fails this test; on the screen it ended the app."""
    widget = body("some text")

    def broken(*_: object) -> None:
        raise ValueError("cannot be painted")

    with monkeypatch.context() as patch:
        patch.setattr(widget.column, "draw", broken)
        with pytest.raises(ValueError, match="cannot be painted"):
            widget.grab()
    widget.grab()
