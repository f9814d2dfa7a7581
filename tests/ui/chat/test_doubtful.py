"""The page for a file in which something unusual was found: what there is to choose from."""

from desktop.domain.models import InstalledModel
from desktop.domain.trust import DIFFERS, Check, Finding
from desktop.ui.chat import failures

LISTENS = Finding("LISTENS", "It listens.", asks=True, in_template=True)
OTHER = InstalledModel(2, "/other.gguf", "Other", checked=Check(1.0))


def page(*findings: Finding, installed: tuple[InstalledModel, ...] = (OTHER,)) -> failures.Failure:
    model = InstalledModel(1, "/m.gguf", "Mine", checked=Check(1.0, findings))
    return failures.doubtful(model, ["chatml", "plain"], [model, *installed])


def test_a_template_can_be_replaced_the_model_changed_or_the_file_opened() -> None:
    shown = page(LISTENS)
    assert [choice.key for choice in shown.choices] == [failures.TEMPLATE, failures.USE_OTHER, failures.ALLOW]
    assert [choice.primary for choice in shown.choices] == [True, False, False]
    assert shown.choices[0].options == ("chatml",)
    assert "It listens." in shown.sentence


def test_another_template_is_no_help_where_the_file_is_another_one() -> None:
    assert [choice.key for choice in page(LISTENS, DIFFERS).choices] == [failures.USE_OTHER, failures.ALLOW]


def test_a_doubtful_model_is_not_offered_in_the_place_of_another() -> None:
    doubtful = OTHER._replace(checked=Check(1.0, (LISTENS,)))
    assert [choice.key for choice in page(DIFFERS, installed=(doubtful,)).choices] == [failures.ALLOW]
