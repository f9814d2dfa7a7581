"""``snug licences``: the list, one text, and nothing of the user's touched."""

from __future__ import annotations

from tests.cli.conftest import Snug


def test_the_list_and_one_text_where_nothing_opens_the_chats(snug: Snug) -> None:
    del snug.environment["SNUG_PASSPHRASE_FILE"]
    told = snug.run("licences", "--json").events
    assert {"Snug", "Python", "Qt 6", "llama.cpp"} <= {each["name"] for each in told}
    [one] = [each for each in told if each["name"] == "llama.cpp"]
    shown = snug.run("licences", "LLAMA.CPP")
    assert (shown.code, shown.out.strip(), shown.err) == (0, one["text"].strip(), "")


def test_what_does_not_come_with_snug_is_refused(snug: Snug) -> None:
    refused = snug.run("licences", "emacs")
    assert (refused.code, refused.out) == (1, "")
    assert "emacs" in refused.err
