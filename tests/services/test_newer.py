"""Has a publisher replaced a file? What is compared, and what is said."""

from __future__ import annotations

import pytest

from desktop.domain.hub import CourierFailure, Description, FoundModel, HubFailure, RemoteFile
from desktop.domain.models import InstalledModel
from desktop.domain.trust import Check
from desktop.errors import AppError
from desktop.services.newer import Answer, Newer, Standing
from tests.ui.models.hub_stand_ins import FakeCourier

REPO, FILE, COMMIT = "maker/Tiny-GGUF", "tiny-Q4_0.gguf", "a1" * 20
OLD, NEW = "ab" * 32, "cd" * 32
HERE = InstalledModel(1, "/models/tiny.gguf", "Tiny", "Q4_0", repo=REPO, repo_file=FILE, sha256=(OLD,))


def there(*files: RemoteFile) -> Description:
    return Description(FoundModel(REPO, updated_at=1_767_323_045.0), COMMIT, files)


def answer(model: InstalledModel, described: Description) -> Answer:
    courier, told = FakeCourier(), list[Answer]()
    Newer(lambda: courier).look(model, told.append)  # type: ignore[arg-type, return-value]
    assert courier.last("describe").arguments == (REPO, "You looked for a newer file")
    courier.answer("describe", described)
    return told[0]


def test_the_same_fingerprint_is_the_same_file() -> None:
    assert answer(HERE, there(RemoteFile(FILE, 5, OLD))).standing is Standing.SAME


def test_another_one_has_been_replaced_and_can_be_fetched() -> None:
    found = answer(HERE, there(RemoteFile("README.md", 1), RemoteFile(FILE, 6, NEW)))
    assert found.standing is Standing.REPLACED
    assert "2026" in found.words
    assert found.order is not None
    assert (found.order.revision, [file.sha256 for file in found.order.files]) == (COMMIT, [NEW])


def test_what_is_not_there_any_more_is_gone() -> None:
    assert answer(HERE, there(RemoteFile("other.gguf", 6, NEW))).standing is Standing.GONE
    courier, told = FakeCourier(), list[Answer]()
    Newer(lambda: courier).look(HERE, told.append)  # type: ignore[arg-type, return-value]
    courier.fail("describe", HubFailure.NOT_FOUND)
    assert told[0].standing is Standing.GONE


def test_a_file_without_a_publishers_fingerprint_is_known_by_its_own() -> None:
    read = HERE._replace(sha256=(), checked=Check(1.0, own_sha256=(OLD,)))
    assert answer(read, there(RemoteFile(FILE, 5, OLD))).standing is Standing.SAME


@pytest.mark.parametrize(
    ("model", "code"), [(HERE._replace(repo=""), "NO_ORIGIN"), (HERE._replace(sha256=()), "NO_FINGERPRINT")]
)
def test_where_nothing_can_be_compared_nobody_is_asked(model: InstalledModel, code: str) -> None:
    courier, refused = FakeCourier(), list[AppError]()
    newer = Newer(lambda: courier)  # type: ignore[arg-type, return-value]
    newer.refused.connect(refused.append)
    newer.look(model, lambda _: None)
    assert [error.code for error in refused] == [code]
    assert courier.asked == {}


def test_why_it_could_not_be_found_out_is_said() -> None:
    courier, refused = FakeCourier(), list[AppError]()
    newer = Newer(lambda: courier)  # type: ignore[arg-type, return-value]
    newer.refused.connect(refused.append)
    newer.look(HERE, lambda _: None)
    courier.last("describe").failed(CourierFailure(HubFailure.OFFLINE))
    assert "Stay offline" in refused[0].sentence
