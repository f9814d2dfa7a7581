"""Pictures of every screen in both themes, to lie beside the design's: ``python scripts/screenshots.py``.

They go to ``build/screenshots``. ``--scene NAME`` renders one scene, ``--text-scale 2`` doubles the text. The services
are the stand-ins of the tests unless ``--services package.module:function`` names a function that returns
``(chats, models, transcript_factory)``: then only the window as it starts is rendered.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QDeadlineTimer, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.domain.chat import FinishReason, Part, PartKind, Role, Statistics, Status
from desktop.domain.context import Memory, Note
from desktop.domain.downloads import DownloadState
from desktop.domain.folders import NEVER_STORED, Folder, Rule
from desktop.domain.hub import FoundModel, RemoteFile
from desktop.domain.models import CacheType, EngineFailure, EngineState, FailureKind, FlashAttention
from desktop.engine import failure
from desktop.errors import AppError
from desktop.services.computer import Computer
from desktop.services.newer import Answer, Standing
from desktop.translation import tr
from desktop.ui.chat.formulas import shared as typeset_formulas
from desktop.ui.chat.message_canvas import MessageCanvas
from desktop.ui.chat.transcript import Transcript
from desktop.ui.inspector.model_page import ModelPage
from desktop.ui.lock.lock_screen import Asking, LockScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.models.details import Details
from desktop.ui.models.discover_page import DiscoverPage
from desktop.ui.models.installed_page import InstalledPage
from desktop.ui.parts.gallery import Gallery
from desktop.ui.parts.menu import Menu
from desktop.ui.parts.style import dress
from desktop.ui.settings.about_page import AboutPage
from desktop.ui.settings.benchmark_page import BenchmarkPage
from desktop.ui.settings.general_page import GeneralPage
from desktop.ui.settings.privacy_page import PrivacyPage
from desktop.ui.theme import Appearance, Contrast, Motion, Theme, load_fonts
from desktop.vault import refusals
from tests.ui import stand_ins
from tests.ui.models.hub_stand_ins import GATED, FakeShop, described, found, order, running
from tests.ui.models.stand_ins import FakeShelf, shelf_models
from tests.ui.settings.stand_ins import KEYCHAIN, FakeBenchmarks, FakeMemory, FakePrivacy

TARGET = Path(__file__).resolve().parent.parent / "build" / "screenshots"
# The offscreen platform's own screen is smaller than the window, and menus would be pushed about.
COMPUTER = Computer("Ryzen 7 7735HS", 8, 16 << 30, round(9.8 * 2**30), "GeForce RTX 3050", 6 << 30)
SCREEN = {"name": "1", "x": 0, "y": 0, "width": 1920, "height": 1200, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}


_MOMENT_MS, _PATIENCE_MS = 150, 3_000


class Stage:
    """A window on stand-ins, made afresh for each scene."""

    def __init__(self, theme: Theme, services: Callable[[], tuple[Any, Any, Any]]) -> None:
        self.theme = theme
        self.chats, self.models, transcript = services()
        self.folders = stand_ins.FakeFolders(self.chats)
        self.privacy = FakePrivacy()
        self.benchmarks = FakeBenchmarks()
        self.memory = FakeMemory()
        self.placement = stand_ins.FakePlacement()
        self.shelf = FakeShelf(self.models)
        self.shop = FakeShop()
        settings = stand_ins.FakeSettings()
        self.window = MainWindow(
            theme,
            self.chats,
            self.models,
            self.folders,
            settings,
            transcript,
            open_link=_leave_closed,
            make_general_page=lambda theme: GeneralPage(theme, settings, "/home/anna/.local/share/snug"),
            make_privacy_page=lambda theme: PrivacyPage(theme, self.privacy, settings),
            make_benchmarks=lambda: self.benchmarks,
            memory=self.memory,
            placement=lambda: self.placement,
            make_shelf=lambda: self.shelf,
            make_shop=lambda: self.shop,
        )
        self.window.show()
        self.settle()

    def settle(self) -> None:
        for _ in range(6):
            QApplication.processEvents()
        QTest.qWait(1)
        # What comes a moment later, by itself; and the colours of code, which come a piece at a time.
        patience = QDeadlineTimer(_PATIENCE_MS)
        while not patience.hasExpired() and (
            any(map(_is_about_to, self.window.findChildren(QTimer)))
            or any(canvas.colouring for canvas in self.window.findChildren(MessageCanvas))
        ):
            QTest.qWait(2)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.windowHandle(), key, modifiers)
        self.settle()

    def open(self, chat_id: int) -> Any:
        self.chats.open(chat_id)
        self.settle()
        return self.chats.current()


def _is_about_to(timer: QTimer) -> bool:
    """Whether something is still to come, of its own accord and at once."""
    return timer.isActive() and timer.interval() < _MOMENT_MS and (timer.isSingleShot() or not timer.interval())


def _leave_closed(_link: str) -> None:
    """A picture opens nothing."""


def window(stage: Stage) -> None:
    """As it is after the start."""


QUESTION = "How do I take patients’ names out of a spreadsheet before I share it?"
THOUGHTS = "The figures stay, the people go. A short script that keeps three columns is the safest way."
ANSWER = """Make a copy that keeps the figures and leaves out every column that points to a person.

### What to keep

| Column | Why | Do this |
| --- | --- | --- |
| name, phone | Shows who the patient is | Remove |
| notes | May mention someone in passing | Read first |
| date, treatment, fee | Needed for the accounts | Keep |

1. Put this script in the same folder as `appointments.csv` and run it.
2. Open `clean.csv` and check it before you send it on.

```python
import csv
keep = ["date", "treatment", "fee"]  # no names, no phone numbers
with open("appointments.csv") as src, open("clean.csv", "w", newline="") as out:
    clean = csv.DictWriter(out, keep, extrasaction="ignore")
    clean.writeheader()
    clean.writerows(csv.DictReader(src))
```
"""
LEASE = """Your lease gives three reasons, and a time limit that protects you.

### The landlord may keep some of it for

1. **Unpaid rent** or bills in your name, up to the amount owed
2. **Damage** beyond fair wear, with photos and a bill
3. **Cleaning**, if the flat is returned dirtier than it was

### The time limit

The rest has to be paid back within **30 days** of handing over the keys. Faded paint and small nail holes count as"""
MINUTES = """### Decisions

1. The roof repair goes ahead in June, with a limit of 18,400.
2. Membership fees stay as they are until the next general meeting.
3. The summer fair moves to Saturday 4 July.

### Who does what

- **Ingrid** asks two roofers for fixed prices before 9 May.
- **Tomas** books the hall and tells the"""


FORMULAS = r"""The equation \(ax^2 + bx + c = 0\) with \(a \neq 0\) has the solutions

\[
x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}.
\]

Whether they are real says the *discriminant* \(\Delta = b^2 - 4ac\):

- If \(\Delta > 0\), there are **two**, and their sum is $-\frac{b}{a}$, as long as the coefficients are real.
- If \(\Delta = 0\), there is one: $x = -\tfrac{b}{2a}$.

### Where it comes from: \(\sum_{n=1}^{\infty} \frac{1}{n^2}\)

| Name | Formula |
| --- | --- |
| area of a circle | $A = \pi r^2$ |
| energy | $E = mc^2$, as everybody knows |

> In a quotation $\mathbb{R}^n \to \mathcal{L}(V)$ is quiet too.
> $$\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}$$

Step by step:
\begin{align}
f(x) &= \begin{cases} x & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases} \\
\vec{v} &= \begin{pmatrix} a & b \\ c & d \end{pmatrix} \cdot \hat{u}
\end{align}
That costs $5 and not $6. A command that nobody knows stays as it is: \(\unknown{x}\), and so does `$code$`.

$$a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9
+ a_{10} + a_{11} + a_{12} + a_{13} + a_{14} + a_{15} + a_{16} = \sum_{k=1}^{16} a_k$$
"""


TABLE_ONLY = ANSWER[: ANSWER.index("```")]


def tell(conversation: Any, question: str, answer: str, thoughts: str = "", **more: Any) -> None:
    """Fill a chat with one question and its answer."""
    conversation.messages.clear()
    conversation.reset.emit()
    conversation.add(Role.USER, question)
    parts = (Part(PartKind.REASONING, thoughts),) if thoughts else ()
    figures = Statistics(
        prompt_tokens=1524, generated_tokens=318, first_token_ms=300, generation_ms=7548, reasoning_ms=4000
    )
    more = {"statistics": figures, "model_name": "DeepSeek R1 8B", "finish_reason": FinishReason.END} | more
    message = conversation.add(Role.ASSISTANT, answer, **more)
    conversation.messages[-1] = message._replace(parts=(*parts, *message.parts))
    conversation.reset.emit()


def chat(stage: Stage) -> None:
    conversation = stage.open(3)
    tell(conversation, QUESTION, ANSWER, THOUGHTS)
    conversation.shown_versions[1] = (1, 3)
    conversation.reset.emit()
    conversation.set_context(1842, 8192)
    stage.window.room.composer.set_text("Now add up the fees for each week")


def contrast(stage: Stage) -> None:
    stage.theme.choose(Contrast.HIGH)
    chat(stage)


def contrast_inspector(stage: Stage) -> None:
    stage.theme.choose(Contrast.HIGH)
    inspector(stage)


def formulas(stage: Stage) -> None:
    stage.window.resize(stage.window.width(), 1180)
    conversation = stage.open(3)
    tell(conversation, "When does a quadratic equation have two solutions?", FORMULAS)
    while typeset_formulas().busy:
        # Qt's own way of waiting keeps Python from running on the other thread.
        time.sleep(0.01)
        QApplication.processEvents()


def streaming(stage: Stage) -> None:
    conversation = stage.open(1)
    tell(
        conversation,
        "When can the landlord keep my deposit?",
        LEASE,
        status=Status.GENERATING,
        statistics=None,
        finish_reason=None,
    )
    conversation.set_context(2310, 8192)
    stage.models.be(EngineState.BUSY)
    conversation.set_answering(True, 41.2)


def empty(stage: Stage) -> None:
    stage.chats.new_chat()


def starter(stage: Stage) -> None:
    stage.models.choose(4)
    stage.models.be(EngineState.READY)


def no_model(stage: Stage) -> None:
    stage.models._models, stage.models._current = [], None
    stage.models.be(EngineState.NOT_LOADED)


def loading(stage: Stage) -> None:
    stage.models.be(EngineState.LOADING, progress=0.43)
    stage.window.room.composer.set_text("Which of the two covers water damage?")
    stage.key(Qt.Key.Key_Return)


def load_error(stage: Stage) -> None:
    stage.open(5)
    stage.window.room.composer.set_text("Which of the two covers water damage?")
    stage.models.be(EngineState.LOADING)
    error = AppError(
        FailureKind.OUT_OF_MEMORY,
        "DeepSeek R1 8B did not start",
        "It needs about 9.1 GB of memory, and 6.4 GB is free right now. Your chats are safe, and the message you wrote "
        "is still in the box below.",
    )
    said = (
        "load_tensors: allocating 7,292 MiB on CUDA0: out of memory\n"
        "llama_model_load: error loading model: unable to allocate CUDA0 buffer"
    )
    stage.models.safer = (8192, 4096)
    stage.models.be(EngineState.FAILED, error, said)
    stage.window.room.failure_page().details.toggle.setChecked(True)


def restarting(stage: Stage) -> None:
    conversation = stage.open(6)
    conversation.set_context(3406, 8192)
    conversation.failures[1] = (
        "The model stopped before it finished",
        "The reply so far is saved. The engine ran out of memory and is starting again.",
        "llama_decode: out of memory",
    )
    tell(
        conversation,
        "Summarise the decisions, and list who has to do what.",
        MINUTES,
        status=Status.INTERRUPTED,
        failure=FailureKind.OUT_OF_MEMORY.value,
        finish_reason=FinishReason.FAILED,
    )
    stage.models.be(EngineState.BUSY)
    stage.models.be(EngineState.FAILED)
    stage.models.be(EngineState.LOADING, progress=0.2)


SUMMARY = (
    "They take patients’ names out of a spreadsheet (appointments.csv) before sharing it. Decided: keep date, "
    "treatment and fee; remove name and phone; read the notes first. A Python script writes clean.csv. The accountant "
    "needs it by 9 May."
)


def _long_chat(stage: Stage) -> Any:
    conversation = stage.open(3)
    tell(conversation, "How many rows will there be?", "There are 1,204 appointments, so 1,204 rows and a heading.")
    for question, answer in (
        ("Which columns does my accountant need?", "Date, treatment and fee. The rest points to people."),
        ("Now add up the fees for each week", "Group the rows by week, then add the fees. Weeks begin on Monday."),
    ):
        conversation.add(Role.USER, question)
        conversation.add(
            Role.ASSISTANT, answer, model_name="DeepSeek R1 8B", statistics=Statistics(1524, 0, 42, 300, 900)
        )
    conversation.messages[1] = conversation.messages[1]._replace(pinned=True)
    conversation.messages[2] = conversation.messages[2]._replace(pinned=True)
    conversation.reset.emit()
    conversation.set_context(7402, 8192)
    return conversation


def memory_mark(stage: Stage) -> None:
    _long_chat(stage).remember(Memory(2, 0))


def memory_note(stage: Stage) -> None:
    _long_chat(stage).remember(Memory(2, 2, Note(2, SUMMARY, "DeepSeek R1 8B")), 0.4)


def memory_note_edited(stage: Stage) -> None:
    _long_chat(stage).remember(Memory(2, 2, Note(2, SUMMARY, "DeepSeek R1 8B")))
    stage.settle()
    stage.window.findChild(QAbstractButton, "editNote").click()


def memory_full(stage: Stage) -> None:
    conversation = _long_chat(stage)
    full = failure.sentence(EngineFailure(FailureKind.FULL), "DeepSeek R1 8B")
    conversation.failures[7] = (
        tr("Memory is full"),
        f"{full.happened} {tr('Your message is saved.')} {full.todo}",
        "",
    )
    conversation.add(Role.USER, "And for each month?")
    conversation.add(
        Role.ASSISTANT,
        "",
        model_name="DeepSeek R1 8B",
        status=Status.INTERRUPTED,
        failure=FailureKind.FULL.value,
        finish_reason=FinishReason.FAILED,
    )
    conversation.set_context(8180, 8192)


def memory_menu(stage: Stage) -> None:
    _long_chat(stage)
    stage.settle()
    stage.window.room.open_menu()


def template(stage: Stage) -> None:
    stage.models.template_needed.emit(stage.models.current())


def inspector(stage: Stage) -> None:
    conversation = stage.open(3)
    tell(conversation, QUESTION, TABLE_ONLY, THOUGHTS)
    conversation.shown_versions[1] = (1, 3)
    conversation.reset.emit()
    conversation.set_context(1842, 8192)
    stage.placement.loaded = stage.placement.options = stage.placement.options._replace(threads=6)
    stage.placement.choose(gpu_layers=22)
    button = stage.window.room.header.inspector
    place = button.mapTo(stage.window, button.rect().center())
    QTest.mouseClick(stage.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    stage.settle()


def too_big(stage: Stage) -> None:
    inspector(stage)
    stage.placement.choose(gpu_layers=30)


def auto_layers(stage: Stage) -> None:
    inspector(stage)
    stage.placement.choose(gpu_layers=-1, context_length=262_144 // 8, threads=0)


def more_options(stage: Stage) -> None:
    inspector(stage)
    stage.placement.choose(context_length=262_144, cache_type=CacheType.Q4_0, flash_attention=FlashAttention.OFF)
    page = stage.window.findChild(ModelPage)
    page.options.more.click()
    stage.settle()
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())


def draft_model(stage: Stage) -> None:
    inspector(stage)
    stage.placement.be(draft="Qwen3 8B draft", drafts=True)
    stage.settle()
    page = stage.window.findChild(ModelPage)
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())


def no_card(stage: Stage) -> None:
    why = (
        "No graphics card was found, so the processor does all the work. "
        "If there is one in this computer, its driver may be missing or too old."
    )
    stage.placement.cards = 0
    inspector(stage)
    stage.placement.choose(gpu_layers=-1)
    stage.placement.be(no_card=why, changes=())


def many_cards(stage: Stage) -> None:
    stage.placement.cards = 3
    inspector(stage)
    stage.placement.choose(gpu_layers=33)


def two_cards(stage: Stage) -> None:
    stage.placement.cards = 2
    inspector(stage)
    stage.placement.choose(gpu_layers=33, tensor_split=(65.0, 35.0))


def inspector_narrow(stage: Stage) -> None:
    inspector(stage)
    stage.window.resize(960, 640)


def inspector_keyboard(stage: Stage) -> None:
    too_big(stage)
    stage.key(Qt.Key.Key_Right)


def palette(stage: Stage) -> None:
    stage.open(3)
    stage.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(stage.window.focusWidget(), "no")
    QTest.qWait(100)


def dialog(stage: Stage) -> None:
    stage.open(3)
    stage.key(Qt.Key.Key_Tab)
    stage.window.room.transcript.link_activated.emit("https://xn--80ak6aa92e.com/a/page?with=words")


def toast(stage: Stage) -> None:
    stage.open(3)
    stage.chats.delete(5)


def rename(stage: Stage) -> None:
    stage.open(3)
    stage.window.sidebar.list.setFocus()
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_F2)


def keyboard(stage: Stage) -> None:
    stage.open(3)
    stage.key(Qt.Key.Key_F6)
    stage.key(Qt.Key.Key_Down)


def narrow(stage: Stage) -> None:
    stage.open(3).set_context(1842, 8192)
    stage.window.resize(960, 640)


def model_menu(stage: Stage) -> None:
    stage.open(3)
    stage.models.changed.emit()
    stage.window.open_models()


def settings(stage: Stage) -> None:
    stage.open(3)
    stage.window.open_settings("privacy")


def settings_keychain(stage: Stage) -> None:
    stage.privacy.guard.protection = KEYCHAIN
    stage.privacy.entries = []
    stage.window.open_settings("privacy")


def settings_end(stage: Stage) -> None:
    settings(stage)
    bar = stage.window.findChild(PrivacyPage).verticalScrollBar()
    stage.settle()
    bar.setValue(bar.maximum())


def appearance(stage: Stage) -> None:
    stage.window.open_settings("appearance")


def general(stage: Stage) -> None:
    stage.window.open_settings("general")


def appearance_contrast(stage: Stage) -> None:
    stage.theme.choose(Contrast.HIGH)
    appearance(stage)


def memory_settings(stage: Stage) -> None:
    stage.memory.choose(reads_ahead=False, states_gb=4)
    stage.window.open_settings("memory")


def benchmark(stage: Stage) -> None:
    stage.window.open_settings("benchmark")


def benchmark_running(stage: Stage) -> None:
    measured = stage.benchmarks.known[0].points[:2]
    stage.benchmarks.known = ()
    stage.benchmarks.be(("Measuring with 2,048 tokens", 0.43), measured)
    benchmark(stage)


def benchmark_end(stage: Stage) -> None:
    stage.benchmarks.be(None, said="Stopped. Nothing of it was kept.")
    benchmark(stage)
    bar = stage.window.findChild(BenchmarkPage).verticalScrollBar()
    stage.settle()
    bar.setValue(bar.maximum())


def keys(stage: Stage) -> None:
    stage.window.open_settings("keyboard")


def about(stage: Stage) -> None:
    stage.window.open_settings("about")


def licences(stage: Stage) -> None:
    about(stage)
    page = stage.window.findChild(AboutPage)
    assert page is not None
    page.licences.click()


def welcome(stage: Stage) -> None:
    stage.window.show_welcome(COMPUTER, stage.shop.discovery.recommended(8), "the Secret Service")


def welcome_small(stage: Stage) -> None:
    """No model to recommend, and no keychain."""
    stage.window.resize(960, 640)
    little = COMPUTER._replace(cores=2, memory=4 << 30, free=1 << 30, card="", card_memory=0)
    stage.window.show_welcome(little, None, "")


def discover(stage: Stage) -> None:
    stage.window.open_shelf("discover")
    stage.shop.look_at()
    stage.shop.downloads.be(running())


def discover_first(stage: Stage) -> None:
    """Nobody was asked."""
    stage.window.open_shelf("discover")
    stage.shop.discovery.open("ggml-org/gemma-3-12b-it-GGUF")


def discover_replaced(stage: Stage) -> None:
    """The publisher has other files than Snug's own list knows."""
    stage.window.open_shelf("discover")
    stage.shop.discovery.open("Qwen/Qwen3-8B-GGUF")
    stage.shop.discovery.look_up()
    now = described()
    files = tuple(file._replace(sha256="cd" * 32) for file in now.files)
    stage.shop.courier.answer("describe", now._replace(files=files))


def discover_draft(stage: Stage) -> None:
    """The publisher has a draft model too."""
    stage.window.open_shelf("discover")
    stage.shop.discovery.open("Qwen/Qwen3-8B-GGUF")
    stage.shop.discovery.look_up()
    now = described()
    draft = RemoteFile("Qwen3-8B-draft-Q8_0.gguf", 604_000_000, "ef" * 32)
    stage.shop.courier.answer("describe", now._replace(files=(*now.files, draft), readme=""))


def discover_found(stage: Stage) -> None:
    stage.window.open_shelf("discover")
    stage.shop.discovery.search("qwen")
    many = [
        FoundModel(f"maker{n}/Sample-{n}B-GGUF", 10 ** (7 - n), licence="mit", parameters=n * 10**9) for n in (1, 2, 3)
    ]
    gated = FoundModel("meta-llama/Llama-4-GGUF", 3_000, licence="llama4", gated=True, tags=("reasoning",))
    stage.shop.courier.answer("search", found(*many, gated, following="2"))


def discover_stopped(stage: Stage) -> None:
    discover(stage)
    why = "The connection brings almost nothing any more. What is downloaded so far is kept. Check it and try again."
    stage.shop.downloads.be(running(state=DownloadState.FAILED, problem=why))


def discover_narrow(stage: Stage) -> None:
    stage.window.resize(960, 640)
    discover(stage)


def terms(stage: Stage) -> None:
    stage.window.open_shelf("discover")
    stage.shop.look_at("ggml-org/gemma-3-12b-it-GGUF")
    page = stage.window.findChild(DiscoverPage)
    page.detail.table.download_requested.emit("Qwen3-8B-Q4_K_M.gguf")


def token(stage: Stage) -> None:
    """The publisher asks for an account."""
    stage.window.open_shelf("discover")
    stage.shop.look_at(GATED)
    stage.window.findChild(DiscoverPage).detail.table.download_requested.emit("Qwen3-8B-Q4_K_M.gguf")


def licence(stage: Stage) -> None:
    discover(stage)
    stage.window.findChild(DiscoverPage).detail.licence_requested.emit()


def newer(stage: Stage) -> None:
    """The publisher has another file in the place of this one."""
    installed(stage)
    words = "The publisher of Qwen3 4B has another file in its place now. The repository was changed on 3 May 2026."
    stage.shop.newer.answer = Answer(Standing.REPLACED, words, order())
    page = stage.window.findChild(InstalledPage)
    model = next(each for each in shelf_models() if each.repo)
    page.open_details(model.id)
    page.window().findChild(Details).newer.click()


def installed(stage: Stage) -> None:
    stage.models.have(shelf_models())
    stage.benchmarks.speeds = {1: 42.0, 2: 58.0, 3: 11.0, 4: 67.0, 5: 112.0}
    stage.window.open_shelf("installed")


def installed_offer(stage: Stage) -> None:
    stage.shelf.offer("LM Studio", 4, 12_300_000_000)
    stage.shelf.do("Reading Qwen3 4B", 1_500_000_000, 2_500_000_000)
    installed(stage)


def installed_keyboard(stage: Stage) -> None:
    installed(stage)
    stage.key(Qt.Key.Key_Down)


def installed_narrow(stage: Stage) -> None:
    stage.window.resize(960, 640)
    installed(stage)


def installed_none(stage: Stage) -> None:
    stage.models.have([])
    stage.window.open_shelf("installed")


def installed_menu(stage: Stage) -> None:
    installed(stage)
    stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Menu)


def smaller_copy(stage: Stage) -> None:
    installed(stage)
    stage.window.findChild(InstalledPage).list.smaller_requested.emit(5)


def smaller_running(stage: Stage) -> None:
    stage.shelf.do("Making Q4_K_M of Qwen3 0.6B", 150_000_000, 348_000_000)
    installed(stage)
    stage.models.have(
        [model._replace(made_from="Qwen3 4B F16", publisher="") if model.id == 2 else model for model in shelf_models()]
    )


def model_details(stage: Stage) -> None:
    installed(stage)
    stage.window.findChild(InstalledPage).open_details(6)


def model_verified(stage: Stage) -> None:
    installed(stage)
    stage.window.findChild(InstalledPage).open_details(2)


def add_models(stage: Stage) -> None:
    installed(stage)
    stage.window.findChild(InstalledPage).ask_to_add()


def delete_model(stage: Stage) -> None:
    installed(stage)
    stage.window.findChild(InstalledPage).list.delete_requested.emit(2)


def doubtful(stage: Stage) -> None:
    stage.models.have(shelf_models(), current=6)
    error = EngineFailure(FailureKind.DOUBTFUL, "Its chat template looks for “invoice”.")
    stage.models.be(EngineState.NOT_LOADED, failure.sentence(error, "harbour-7b-tuned"))


def recovery(stage: Stage) -> None:
    settings(stage)
    stage.window.findChild(PrivacyPage).paper.click()


def passphrase(stage: Stage) -> None:
    settings_keychain(stage)
    stage.window.findChild(PrivacyPage).change.click()


def delete_everything(stage: Stage) -> None:
    settings(stage)
    stage.window.findChild(PrivacyPage).delete.click()


def chat_menu(stage: Stage) -> None:
    stage.open(3)
    sidebar = stage.window.sidebar.list
    row = sidebar.visualRect(sidebar.currentIndex())
    sidebar.open_menu(sidebar.current_chat(), sidebar.viewport().mapToGlobal(row.bottomRight()))


def _folders(stage: Stage) -> Any:
    matters = Folder(1, "Hansen v Oslo Havn", Rule(90), is_open=True)
    secret = Folder(3, "Second opinions", NEVER_STORED, is_open=True)
    stage.folders.have({matters: (4, 5, 6), Folder(2, "Parish archive", Rule(90)): (10,), secret: ()})
    return stage.window.sidebar.list


def folders(stage: Stage) -> None:
    _folders(stage)
    tell(stage.open(5), QUESTION, TABLE_ONLY, THOUGHTS)
    if not stage.window.sidebar.isVisible():
        stage.window.open_sidebar()


def folders_closed(stage: Stage) -> None:
    rows = _folders(stage)
    for number in (1, 3):
        stage.folders.set_open(number, False)
    stage.folders.set_open(3, False)
    stage.open(5)
    rows.setFocus()
    stage.key(Qt.Key.Key_Down)


def _row_menu(stage: Stage, row: Any) -> None:
    rows = stage.window.sidebar.list
    place = rows.visualRect(rows.chats.index_of_row(row)).bottomRight()
    rows.open_menu(row, rows.viewport().mapToGlobal(place))


def folder_menu(stage: Stage) -> None:
    _folders(stage)
    stage.open(3)
    _row_menu(stage, stage.folders.find(1)._replace(number=3))


def folder_move(stage: Stage) -> None:
    rows = _folders(stage)
    stage.open(3)
    stage.window.filing.move_menu(rows.current_chat(), rows.viewport().mapToGlobal(rows.rect().center()))


def folder_new(stage: Stage) -> None:
    _folders(stage)
    stage.open(3)
    stage.window.filing.ask_for_folder()
    QTest.keyClicks(stage.window.findChild(QWidget, "folderName"), "Parish archive")


def folder_delete(stage: Stage) -> None:
    rows = _folders(stage)
    stage.open(3)
    rows.folder_delete_requested.emit(1)


def folder_expires(stage: Stage) -> None:
    _folders(stage)
    stage.open(3)
    stage.folders.old = 3
    stage.window.filing.choose_rule(stage.folders.find(2), Rule(30))


def _screen(stage: Stage, asking: Asking) -> LockScreen:
    stage.window.hide()
    screen = LockScreen(stage.theme, asking)
    screen.resize(1280, 832)
    screen.show()
    return screen


def lock(stage: Stage) -> QWidget:
    screen = _screen(stage, Asking.PASSPHRASE)
    QTest.keyClicks(screen.secret.field, "ten dots..")
    return screen


def lock_wrong(stage: Stage) -> QWidget:
    screen = _screen(stage, Asking.PASSPHRASE)
    screen.refuse(refusals.refusal(refusals.WRONG_PASSPHRASE))
    return screen


def lock_recovery(stage: Stage) -> QWidget:
    return _screen(stage, Asking.RECOVERY)


def lock_new(stage: Stage) -> QWidget:
    screen = _screen(stage, Asking.NEW)
    QTest.keyClicks(screen.secret.field, "quiet corner")
    screen.again.complain("The two are not the same.")
    return screen


def hidden(stage: Stage) -> QWidget:
    return _screen(stage, Asking.NOTHING)


SCENES: dict[str, Callable[[Stage], QWidget | None]] = {
    "a-chat": chat,
    "contrast-chat": contrast,
    "contrast-inspector": contrast_inspector,
    "a2-streaming": streaming,
    "empty": empty,
    "empty-starter": starter,
    "empty-no-model": no_model,
    "loading-waits": loading,
    "g2-load-error": load_error,
    "g3-restarting": restarting,
    "b-inspector": inspector,
    "b2-too-big": too_big,
    "inspector-auto": auto_layers,
    "inspector-more": more_options,
    "draft-model": draft_model,
    "inspector-no-card": no_card,
    "inspector-cards": many_cards,
    "inspector-two-cards": two_cards,
    "inspector-narrow": inspector_narrow,
    "inspector-keyboard": inspector_keyboard,
    "memory-mark": memory_mark,
    "memory-note": memory_note,
    "memory-note-edited": memory_note_edited,
    "memory-full": memory_full,
    "memory-menu": memory_menu,
    "template": template,
    "palette": palette,
    "dialog": dialog,
    "toast": toast,
    "rename": rename,
    "keyboard": keyboard,
    "formulas": formulas,
    "narrow": narrow,
    "model-menu": model_menu,
    "f-settings-privacy": settings,
    "settings-privacy-keychain": settings_keychain,
    "settings-privacy-end": settings_end,
    "settings-general": general,
    "settings-appearance": appearance,
    "contrast-settings": appearance_contrast,
    "settings-memory": memory_settings,
    "settings-benchmark": benchmark,
    "settings-benchmark-running": benchmark_running,
    "settings-benchmark-end": benchmark_end,
    "settings-keyboard": keys,
    "settings-about": about,
    "settings-licences": licences,
    "e-first-run": welcome,
    "first-run-small": welcome_small,
    "c-models-discover": discover,
    "discover-first": discover_first,
    "discover-replaced": discover_replaced,
    "discover-draft": discover_draft,
    "discover-found": discover_found,
    "discover-stopped": discover_stopped,
    "discover-narrow": discover_narrow,
    "discover-terms": terms,
    "discover-licence": licence,
    "discover-token": token,
    "installed-newer": newer,
    "d-models-installed": installed,
    "models-offer": installed_offer,
    "models-keyboard": installed_keyboard,
    "models-narrow": installed_narrow,
    "models-none": installed_none,
    "models-menu": installed_menu,
    "models-smaller": smaller_copy,
    "models-smaller-running": smaller_running,
    "model-details": model_details,
    "model-verified": model_verified,
    "models-add": add_models,
    "model-delete": delete_model,
    "model-doubtful": doubtful,
    "recovery-key": recovery,
    "new-passphrase": passphrase,
    "delete-everything": delete_everything,
    "chat-menu": chat_menu,
    "folders": folders,
    "folders-closed": folders_closed,
    "folder-menu": folder_menu,
    "folder-move": folder_move,
    "folder-new": folder_new,
    "folder-delete": folder_delete,
    "folder-expires": folder_expires,
    "g1-lock": lock,
    "lock-wrong": lock_wrong,
    "lock-recovery": lock_recovery,
    "lock-new": lock_new,
    "hidden": hidden,
}


def picture(widget: QWidget, name: str) -> None:
    """Grab a window, with the menu that is open over it."""
    image = widget.grab()
    popup = QApplication.activePopupWidget()
    if isinstance(popup, Menu):
        popup.render(image, widget.mapFromGlobal(popup.pos()))
    TARGET.mkdir(parents=True, exist_ok=True)
    image.save(str(TARGET / f"{name}.png"))
    if popup is not None:
        popup.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--services", default="")
    options.add_argument("--scene", default="")
    options.add_argument("--text-scale", type=float, default=1.0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        screens = Path(folder) / "screens.json"
        screens.write_text(json.dumps({"screens": [SCREEN]}), encoding="utf-8")
        # Nothing but the text grows, on a screen of the same size.
        os.environ["QT_ENABLE_HIGHDPI_SCALING"] = "0"
        os.environ["QT_FONT_DPI"] = str(round(96 * chosen.text_scale))
        os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={screens}")
        application = QApplication(sys.argv[:1])
    load_fonts()
    suffix = ""
    if chosen.text_scale != 1.0:
        suffix = f"-text-{round(chosen.text_scale * 100)}"
    theme = Theme(Motion.REDUCED)
    dress(application, theme)
    scenes = SCENES
    services: Callable[[], tuple[Any, Any, Any]] = _stand_ins
    if chosen.services:
        module, _, function = chosen.services.partition(":")
        services = getattr(importlib.import_module(module), function)
        scenes = {"window": window}
    for appearance in (Appearance.LIGHT, Appearance.DARK):
        for name, play in scenes.items():
            if chosen.scene and chosen.scene != name:
                continue
            theme.choose(appearance, Contrast.USUAL)
            stage = Stage(theme, services)
            shown = play(stage) or stage.window
            stage.settle()
            picture(shown, f"{name}-{theme.name}{suffix}")
            if shown is not stage.window:
                shown.close()
                shown.deleteLater()
            stage.window.close()
            stage.window.deleteLater()
        if not chosen.scene and not chosen.services:
            theme.choose(appearance, Contrast.USUAL)
            gallery = Gallery(theme)
            gallery.show()
            QApplication.processEvents()
            picture(gallery, f"h-components-{theme.name}{suffix}")
            gallery.close()
            gallery.deleteLater()
        application.processEvents()


def _stand_ins() -> tuple[Any, Any, Any]:
    return stand_ins.FakeChats(), stand_ins.FakeModels(), Transcript


if __name__ == "__main__":
    main()
