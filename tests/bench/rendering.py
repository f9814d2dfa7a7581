"""What a long answer costs while it is written: 20,000 tokens into the real transcript, with real events and paint.

An answer comes at 200 tokens a second and is coalesced every 33 ms, which makes 6.6 tokens an update. The clock is
turned faster (an update follows as soon as the loop is idle), the work is the same. A *turn* is one pass of the event
loop that had something to do; passes under 0.3 ms are left out. Goals: 99 % of the turns under 16 ms, none over 50 ms,
and the last tenth of the answer costs at most 1.2 times as much for each token as the first tenth.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop
from PySide6.QtWidgets import QApplication

from desktop.domain.chat import Status
from desktop.ui import theme as themes
from desktop.ui.chat import message_canvas
from desktop.ui.chat.transcript import Transcript
from desktop.ui.theme import Appearance, Theme
from tests.bench.figures import Figure, at_most
from tests.ui.chat.bombs import BOMBS
from tests.ui.chat.standin import StandIn, reply, user
from tests.ui.chat.test_traps import shown_in

TOKENS = 20_000
PER_UPDATE = 200 * 0.033

PROSE = """## Part {n}: what the clause means

The landlord may keep **part of the deposit** for unpaid rent, *fair* cleaning and damage, see `clause {n}` of it.
That is what [the law](https://example.org/{n}) says, and it has said so since long before anybody here was born.

- a first point with some **weight** in it
- a second point, which is a little longer than the first one, so that it needs more than one line on the screen
- a third

1. Do this first.
2. Then that, with `care`.

> A quotation that makes the same point in other words, and is not much better for it.

| When | What | Why |
|---|---|---|
| at once | read clause {n} | it comes first |
| later | write a letter | it is polite |

"""
CODE = """def step_{n}(value: int, *, factor: float = 1.5) -> str:
    \"\"\"What step {n} does.\"\"\"
    if value > {n}:
        return f"{{value * factor:.2f}} of {n}"  # rounded
    return str([item for item in range(value) if item % 2 == 0])

"""
ITEM = "- item {n} with **bold** words, some `code` and enough text that it is wrapped into a second line of the list\n"


def repeat(piece: str, size: int) -> str:
    result: list[str] = []
    length = number = 0
    while length < size:
        number += 1
        result.append(piece.format(n=number))
        length += len(result[-1])
    return "".join(result)[:size]


SHAPES: dict[str, Callable[[int], str]] = {
    "prose": lambda size: repeat(PROSE, size),
    "fence": lambda size: "```python\n" + repeat(CODE, size),
    "list": lambda size: repeat(ITEM, size),
    # Beyond the goals: blocks that cannot be cut at their items or lines.
    "paragraph": lambda size: repeat("Some **bold** words {n} and `code`, and on it goes without an end. ", size),
    "nested": lambda size: "- the only item\n" + repeat("  " + ITEM, size),
    "quote": lambda size: repeat("> A quotation {n} that never ends, with *emphasis*.\n>\n", size),
    "table": lambda size: "| a | b |\n|---|---|\n" + repeat("| cell {n} | some *words* |\n", size),
}
GOALS = ("prose", "fence", "list")


class Run:
    """One answer. The next update comes when the loop has nothing left to do, so none is coalesced with another."""

    def __init__(self, theme: Theme, text: str, tokens: int) -> None:
        self.source = StandIn([user("Tell me everything."), reply("", status=Status.GENERATING)])
        self.view = Transcript(theme)
        self.view.resize(1006, 622)
        self.view.set_source(self.source)
        self.view._tick.setInterval(0)
        size = len(text) / tokens
        self.chunks = [text[int(i * size) : int((i + 1) * size)] for i in range(tokens)]
        self.turns: list[float] = []
        self.costs: list[tuple[int, float]] = []
        """Tokens so far, and processor time of the turn."""

    def go(self) -> None:
        self.view.show()
        QApplication.processEvents()
        dispatcher = QAbstractEventDispatcher.instance()
        at, done = 0.0, 0
        while done < len(self.chunks):
            at = min(len(self.chunks), at + PER_UPDATE)
            while done < int(at):
                self.source.write(1, self.chunks[done])
                done += 1
            self._spin(dispatcher, done)
        self.source.change(1, status=Status.COMPLETE)
        self._spin(dispatcher, done + 1)

    def _spin(self, dispatcher: QAbstractEventDispatcher, done: int) -> None:
        """Turn the loop until it is idle."""
        idle = 0
        while idle < 3:
            started, cpu = time.perf_counter(), time.thread_time()
            dispatcher.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            took = time.perf_counter() - started
            # What it returns leaves out posted events, and painting is one: the time says whether there was any.
            if took > 0.0001 or self.view._tick.isActive() or self.view._soon.isActive():
                self.turns.append(took)
                self.costs.append((done, time.thread_time() - cpu))
                idle = 0
            else:
                idle += 1


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def figures_of(name: str, run: Run) -> list[Figure]:
    turns = [length * 1000 for length in run.turns if length > 0.0003]
    total = len(run.chunks)
    # Fonts and widgets are made once, at the very beginning: the first tenth is counted from one percent on.
    first = sum(cost for done, cost in run.costs if total * 0.01 < done <= total * 0.11) / (total * 0.1)
    last = sum(cost for done, cost in run.costs if total * 0.9 < done <= total) / (total * 0.1)
    return [
        Figure(f"streaming {name}: turns of the event loop", len(turns), ""),
        at_most(f"streaming {name}: 99 % of turns", percentile(turns, 0.99), "ms", 16),
        at_most(f"streaming {name}: longest turn", max(turns), "ms", 50),
        at_most(f"streaming {name}: last tenth / first tenth", last / first, "", 1.2),
    ]


def run() -> list[Figure]:
    """20,000 tokens into the real transcript, once as each shape."""
    app = QApplication.instance() or QApplication([])
    # The body pauses after a slow update, and against this clock the rest of the answer would fit into one pause.
    message_canvas._SLOW = 1e9
    themes.load_fonts()
    theme = Theme(Appearance.LIGHT)
    figures: list[Figure] = []
    for name in GOALS:
        text = SHAPES[name](int(TOKENS * 4.5))
        streamed = Run(theme, text, TOKENS)
        streamed.go()
        assert "".join(streamed.view.view(1).body.plain_text().split()), name
        figures += figures_of(name, streamed)
        streamed.view.close()
        streamed.view.deleteLater()
        app.processEvents()
    worst = max(min(shown_in(theme, source) for _ in range(3)) for source in BOMBS.values())
    return [*figures, at_most("the worst of the Markdown bombs, to parse, lay out and paint", worst * 1000, "ms", 250)]
