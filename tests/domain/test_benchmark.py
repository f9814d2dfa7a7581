"""What a benchmark found, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.domain.benchmark import (
    Benchmark,
    Machine,
    Point,
    as_markdown,
    figures,
    fitting,
    memory,
    on_cards,
    placement,
)

GB = 1 << 30
FOUND = Benchmark(
    1_760_000_000.0,
    "Qwen3 4B",
    "Q4_K_M",
    (Point(128, 412.4, 24.26, 3 * GB), Point(2048, 1380.0, 9.96, 3 * GB + GB // 2)),
    3,
    Machine("Some processor", 8, 16 * GB, (), "llama-cpp-python 0.3"),
    8192,
    8,
    0,
    37,
)
CARD = replace(FOUND, machine=replace(FOUND.machine, cards=("RTX 3050",)))


def test_its_speed_is_that_of_writing_in_a_short_chat() -> None:
    assert FOUND.speed == 24.26
    assert replace(FOUND, points=()).speed == 0.0


def test_figures_have_no_more_digits_than_they_are_worth() -> None:
    assert figures(FOUND.points[0]) == ("128", "412 tok/s", "24 tok/s", "3.0 GB")
    assert figures(FOUND.points[1]) == ("2,048", "1,380 tok/s", "10 tok/s", "3.5 GB")
    assert figures(Point(1, 0.96, 9.94, 0))[1:3] == ("1.0 tok/s", "9.9 tok/s")


@pytest.mark.parametrize(
    ("found", "on_card", "words"),
    [
        (FOUND, "nothing", "All on the processor, with 8 threads"),
        (replace(FOUND, layers=20), "nothing", "All on the processor, with 8 threads"),
        (replace(FOUND, threads=1), "nothing", "All on the processor, with 1 thread"),
        (CARD, "nothing", "All on the processor, with 8 threads"),
        (replace(CARD, layers=37), "everything", "All on the graphics card (RTX 3050)"),
        (
            replace(CARD, layers=20),
            "20 of 37 layers",
            "20 of 37 layers on the graphics card (RTX 3050), the rest on the processor, with 8 threads",
        ),
    ],
)
def test_placement_is_said_in_words(found: Benchmark, on_card: str, words: str) -> None:
    assert placement(found) == words
    assert on_cards(found) == on_card


def test_memory_is_the_most_it_took_and_where() -> None:
    assert memory(FOUND) == "3.5 GB of main memory"
    with_card = replace(FOUND, points=(Point(128, 1, 1, GB, 2 * GB), Point(512, 1, 1, GB, 3 * GB)))
    assert memory(with_card) == "1.0 GB of main memory, 3.0 GB on the graphics card"


def test_as_markdown_it_is_a_table_and_a_list() -> None:
    lines = as_markdown(FOUND).splitlines()
    assert lines[0] == "### Qwen3 4B Q4\\_K\\_M"
    assert lines[2:6] == [
        "| Context | Reading | Writing | Memory |",
        "| ---: | ---: | ---: | ---: |",
        "| 128 | 412 tok/s | 24 tok/s | 3.0 GB |",
        "| 2,048 | 1,380 tok/s | 10 tok/s | 3.5 GB |",
    ]
    assert "- Placement: All on the processor, with 8 threads" in lines
    assert "- Computer: Some processor, 8 cores, 16.0 GB" in lines
    assert lines[-1] == "- Measured: 9 October 2025, median of 3"
    assert not any(line.startswith("- Options") for line in lines)
    chosen = as_markdown(replace(FOUND, options=("KV cache q8_0", "steps of 256 tokens")))
    assert "- Options: KV cache q8\\_0, steps of 256 tokens" in chosen


def test_a_name_cannot_break_the_markdown() -> None:
    lines = as_markdown(replace(FOUND, model="a|b\n# c [d](e)", quant="")).splitlines()
    assert lines[0] == "### a\\|b \\# c \\[d\\](e)"


def test_only_lengths_that_fit_are_measured_and_always_one() -> None:
    assert fitting((128, 512, 2048), 544) == (128, 512)
    assert fitting((128, 512, 2048), 543) == (128,)
    assert fitting((128, 512), 100) == (68,)
