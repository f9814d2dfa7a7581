"""``snug bench``: figures for people, for programs and for pasting, and Ctrl+C."""

from __future__ import annotations

import os

import pytest

from desktop import unlocking
from desktop.services.instance import WindowLock
from tests.cli.conftest import Snug, press_ctrl_c, read_lines


def test_for_people_it_is_a_table_and_what_it_ran_on(snug: Snug, tiny: str) -> None:
    result = snug.run("bench", tiny, "--context", "16,32", "--repeat", "1")
    assert (result.code, result.err) == (0, "")
    name, head, *rows = result.out.split("\n\n")[0].splitlines()
    assert name.lower().startswith("tiny")
    assert head.split() == ["Context", "Reading", "Writing", "Memory"]
    assert [row.split()[0] for row in rows] == ["16", "32"]
    assert all(row.count("tok/s") == 2 for row in rows)
    facts = result.out.split("\n\n")[1]
    assert "All on the processor" in facts
    assert "llama-cpp-python" in facts


def test_events_tell_each_length_and_then_everything(snug: Snug, tiny: str) -> None:
    result = snug.run("bench", tiny, "--json", "--context", "32,16", "--repeat", "2")
    assert (result.code, result.err) == (0, "")
    assert {event["event"] for event in result.events} == {"progress", "measured", "done"}
    assert [event["length"] for event in result.of("measured")] == [16, 32]
    [done] = result.of("done")
    points = [{name: value for name, value in event.items() if name != "event"} for event in result.of("measured")]
    assert done["points"] == points
    assert all(point["reading"] > 0 and point["writing"] > 0 and point["memory"] > 0 for point in points)
    assert done["repetitions"] == 2
    assert done["context_length"] == 256
    fractions = [event["fraction"] for event in result.of("progress") if event["doing"].startswith("Measuring")]
    assert fractions == sorted(fractions)


def test_as_markdown_it_is_nothing_else(snug: Snug, tiny: str) -> None:
    result = snug.run("bench", tiny, "--markdown", "--context", "16", "--repeat", "1")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("### ")
    assert "| Context | Reading | Writing | Memory |" in result.out
    assert result.out.rstrip().splitlines()[-1].startswith("- Measured: ")


def test_without_lengths_it_takes_those_that_fit(snug: Snug, tiny: str) -> None:
    result = snug.run("bench", tiny, "--json", "--repeat", "1")
    assert [event["length"] for event in result.of("measured")] == [128]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--context", "16,250"], "250 tokens do not fit: the model has room for 256, and writes 32 of its own."),
        (["no such model"], "There is no model called “no such model”."),
    ],
)
def test_what_cannot_be_measured_is_refused(snug: Snug, tiny: str, options: list[str], sentence: str) -> None:
    model = [] if "no such model" in options else [tiny]
    assert snug.run("bench", *model, *options).refusal().startswith(sentence)


def test_beside_a_window_it_says_what_it_loads(snug: Snug, tiny: str) -> None:
    window = WindowLock(unlocking.prepare(snug.data).locks)
    assert window.take()
    try:
        result = snug.run("bench", tiny, "--json", "--context", "16", "--repeat", "1")
    finally:
        window.release()
    assert result.code == 0
    assert result.err.startswith("A window of Snug is open. This loads a model of its own")
    assert len(result.of("done")) == 1


@pytest.mark.parametrize(
    "options", [["--context", "0"], ["--context", "16,"], ["--repeat", "none"], ["--json", "--markdown"]]
)
def test_what_makes_no_sense_is_wrong_usage(snug: Snug, options: list[str]) -> None:
    result = snug.run("bench", *options)
    assert (result.code, result.out) == (2, "")


@pytest.mark.skipif(os.name == "nt", reason="a terminal's process groups")
def test_ctrl_c_ends_it_and_keeps_nothing(snug: Snug, tiny: str) -> None:
    process = snug.start("bench", tiny, "--json", "--context", "200", "--repeat", "100000")
    read_lines(process, lambda line: "Measuring" in line)
    press_ctrl_c(process)
    result = snug.finish(process)
    assert (result.code, result.err) == (130, "")
    assert result.of("done") == []


def test_a_reader_that_goes_away_ends_it_quietly(snug: Snug, tiny: str) -> None:
    process = snug.start("bench", tiny, "--json", "--context", "200", "--repeat", "100000")
    read_lines(process, lambda line: "Measuring" in line)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=40) == 1
