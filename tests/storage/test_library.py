"""The models that Snug knows, and the settings kept with the chats."""

from __future__ import annotations

from pathlib import Path

from desktop.domain.models import InstalledModel
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
