"""What a licence means, in a line."""

import pytest

from desktop.domain.licences import UNKNOWN, Use, licence_of


@pytest.mark.parametrize(
    ("licence_id", "line"),
    [
        ("apache-2.0", "Apache 2.0, work use allowed"),
        ("Apache 2.0", "Apache 2.0, work use allowed"),
        ("license:mit", "MIT, work use allowed"),
        ("llama3.2", "Llama 3.2, terms of their own"),
        ("gemma", "Gemma terms, terms of their own"),
        ("cc-by-nc-4.0", "CC BY-NC 4.0, not for commercial use"),
        ("cc-by-4.0", "CC BY 4.0, name the publisher"),
        ("other", "Licence unknown"),
        ("", "Licence unknown"),
        ("homegrown-1.0", "homegrown-1.0, terms unknown"),
    ],
)
def test_a_licence_is_one_line(licence_id: str, line: str) -> None:
    assert licence_of(licence_id).line == line


def test_terms_of_their_own_and_forbidden_work_are_to_be_agreed_to_first() -> None:
    asking = {each: licence_of(each).asks for each in ("mit", "cc-by-4.0", "llama3.2", "cc-by-nc-4.0", "other")}
    assert asking == {"mit": False, "cc-by-4.0": False, "llama3.2": True, "cc-by-nc-4.0": True, "other": False}


def test_what_nobody_named_is_unknown_and_says_so() -> None:
    assert licence_of("unknown") is UNKNOWN
    assert licence_of("x" * 400).use is Use.UNKNOWN
    assert len(licence_of("x" * 400).label) <= 40
