"""The models that Snug knows, and the settings kept with the chats."""

from __future__ import annotations

from pathlib import Path

from desktop.domain.models import FileKind, InstalledModel
from desktop.domain.trust import Check, Finding
from desktop.storage.database import Database
from desktop.storage.library import Library
from desktop.storage.options import Options
from tests.storage.conftest import Clock

TINY = InstalledModel(
    0, "/models/tiny.gguf", "Tiny", "Q4_1", "llama", 98_000_000, 135_000_000, 30, 8192, has_template=False, key="k1"
)


def test_a_model_is_remembered(database: Database, clock: Clock) -> None:
    library = Library(database, clock, lambda path: True)
    added = library.add(TINY)
    assert added == TINY._replace(id=added.id, added_at=clock.now)
    assert library.get(added.id) == library.by_path(TINY.path) == added
    assert library.list() == [added]
    assert library.get(99) is None
    assert library.by_path("/elsewhere") is None


def test_adding_a_known_file_keeps_what_the_user_chose(database: Database, clock: Clock) -> None:
    library = Library(database, clock, lambda path: True)
    first = library.add(TINY)
    library.set_template(first.id, "chatml")
    used = library.touch(first.id)
    assert used
    clock.now += 5
    again = library.add(TINY._replace(name="Tiny 2", key="k2"))
    assert again == used._replace(name="Tiny 2", key="k2")


def test_the_model_used_last_comes_first(database: Database, clock: Clock) -> None:
    library = Library(database, clock)
    a, b, c = (library.add(TINY._replace(path=f"/{name}", name=name)) for name in "abc")
    library.touch(b.id)
    assert [model.name for model in library.list()] == ["b", "a", "c"]
    assert library.remove(a.id)
    assert not library.remove(a.id)
    assert [model.id for model in library.list()] == [b.id, c.id]


def test_a_file_that_is_away_is_marked(database: Database, tmp_path: Path) -> None:
    library = Library(database)
    here = tmp_path / "here.gguf"
    here.touch()
    assert library.add(TINY._replace(path=str(here))).available
    assert not library.add(TINY._replace(path=str(tmp_path / "away.gguf"))).available
    assert not library.add(TINY._replace(path="/" + "long" * 500)).available
    assert len(library.list()) == 3


def test_settings_are_kept_as_json(database: Database) -> None:
    options = Options(database)
    assert options.get("theme", "light") == "light"
    options.put("theme", {"name": "dark", "sizes": [1, 2.5, None, True]})
    options.put("theme", {"name": "dark", "sizes": [1, 2.5, None, True], "ü": "é"})
    options.put("nothing", None)
    assert options.get("theme") == {"name": "dark", "sizes": [1, 2.5, None, True], "ü": "é"}
    assert options.get("nothing", 5) is None
    assert set(options.all()) == {"theme", "nothing"}
    options.remove("theme")
    assert options.get("theme") is None


def test_what_the_shelf_knows_of_a_model_comes_back(database: Database) -> None:
    library = Library(database, is_there=lambda path: True)
    check = Check(5.0, (Finding("LISTENS", "…", asks=True, in_template=True),), "ab", size=7, own_sha256=("cd",))
    told = TINY._replace(
        repo="acme/rocket",
        repo_file="rocket.gguf",
        revision="r1",
        publisher="Acme",
        licence="mit",
        sha256=("12", "34"),
        checked=check,
        parts=("/models/tiny-2.gguf",),
        projector="/models/mmproj.gguf",
        kind=FileKind.EMBEDDING,
    )
    added = library.add(told)
    assert added == told._replace(id=added.id, added_at=added.added_at)
    again = library.add(TINY)
    assert (again.repo, again.sha256, again.licence) == ("acme/rocket", ("12", "34"), "mit")


def test_a_name_that_was_given_outlives_the_files_own(database: Database) -> None:
    library = Library(database)
    added = library.add(TINY)
    renamed = library.rename(added.id, "Mine")
    assert renamed
    assert (renamed.name, renamed.given_name) == ("Mine", "Mine")
    assert library.add(TINY).name == "Mine"
    back = library.rename(added.id, "")
    assert back
    assert back.name == TINY.name


def test_a_split_model_is_there_when_all_of_it_is(database: Database, tmp_path: Path) -> None:
    first, second = tmp_path / "1.gguf", tmp_path / "2.gguf"
    first.touch()
    added = Library(database).add(TINY._replace(path=str(first), parts=(str(second),)))
    assert not added.available
    second.touch()
    again = Library(database).get(added.id)
    assert again
    assert again.available


def test_a_check_that_cannot_be_understood_is_made_again(database: Database) -> None:
    library = Library(database)
    added = library.add(TINY._replace(checked=Check(1.0)))
    for stored in ("{", "[]", '{"at": 1.0, "findings": [[1, 2, 3, 4, 5, 6, 7]], "own_sha256": []}', '{"newer": 1}'):
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE model SET checked = ?", (stored,))
        found = library.get(added.id)
        assert found
        assert found.checked is None


def test_files_that_lie_elsewhere_now_keep_the_model(database: Database) -> None:
    library = Library(database)
    one, two = library.add(TINY), library.add(TINY._replace(path="/usb/tiny.gguf"))
    moved = library.set_place(one.id, two.path, (), "")
    assert moved
    assert [(model.id, model.path) for model in library.list()] == [(one.id, "/usb/tiny.gguf")]
