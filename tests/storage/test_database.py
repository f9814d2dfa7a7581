"""Opening the database: made once, never made again by mistake, and every refusal by its own name."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import AppError
from desktop.storage import pages
from desktop.storage.connection import connect, side_files
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from tests.storage.conftest import KEY, Ask, text

Reopen = Callable[..., Database]
OTHER_KEY = bytes(32)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(AppError) as caught:
        action()
    assert caught.value.happened
    assert caught.value.safe
    assert caught.value.todo
    return caught.value.code


def settings(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM setting").scalar() or 0)


def put(database: Database, key: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES (?, '1')", (key,))


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('a', '1')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert settings(database) == 0
    put(database, "b")
    assert settings(database) == 1


def test_a_failed_statement_undoes_the_ones_before_it(database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    def fail() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('a', '1')")
            connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES (?, ?)", ("a", "a secret word"))

    with pytest.raises(IntegrityError) as caught:
        fail()
    assert "secret" not in str(caught.value)
    assert settings(database) == 0


def test_reading_sees_one_state_and_keeps_nobody_from_writing(database: Database) -> None:
    with database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM setting").scalar()
        put(database, "a")
        assert connection.exec_driver_sql("SELECT count(*) FROM setting").scalar() == before == 0
    assert settings(database) == 1


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('a', '1')")


def test_what_was_written_is_there_after_opening_again(database: Database, reopen: Reopen) -> None:
    put(database, "a")
    database.close()
    assert settings(reopen()) == 1


def test_closing_empties_the_log(database: Database, file: Path) -> None:
    put(database, "a")
    database.close()
    database.close()
    assert not side_files(file)[0].exists()


def test_data_version_changes_for_others_only(database: Database, file: Path) -> None:
    first = database.data_version()
    put(database, "mine")
    settings(database)
    assert database.data_version() == first
    other = connect(file, KEY)
    other.execute("INSERT INTO setting (key, value) VALUES ('theirs', '1')")
    other.close()
    assert database.data_version() != first


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_the_files_are_private(database: Database, file: Path) -> None:
    put(database, "a")
    copy = database.back_up(file.parent / "backups")
    for path in (file, *side_files(file), copy):
        assert path.stat().st_mode & 0o777 == 0o600, path.name
    assert copy.parent.stat().st_mode & 0o777 == 0o700


def test_opening_does_not_import_alembic(database: Database, file: Path) -> None:
    database.close()
    program = (
        "import sys; from pathlib import Path; from desktop.storage.database import Database; "
        f"Database.open(Path({str(file)!r}), bytes(range(32)), backups=Path('b'), expect_existing=True).close(); "
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=30).returncode == 0


# Refusals


def test_wrong_key(database: Database, reopen: Reopen) -> None:
    database.close()
    assert code_of(lambda: reopen(OTHER_KEY)) == "WRONG_KEY"


def test_the_standard_library_cannot_read_it(database: Database, file: Path) -> None:
    import sqlite3

    database.close()
    plain = sqlite3.connect(file)
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM sqlite_master")
    plain.close()


def test_a_damaged_first_page_is_not_taken_for_a_wrong_key(database: Database, file: Path, reopen: Reopen) -> None:
    database.close()
    with file.open("r+b") as raw:
        raw.seek(100)
        raw.write(os.urandom(200))
    assert code_of(reopen) == "DATABASE_DAMAGED"


@pytest.mark.parametrize("size", [0, 1, 15, 100, 4095])
def test_a_file_cut_short_is_never_taken_for_an_empty_one(
    database: Database, file: Path, reopen: Reopen, size: int
) -> None:
    database.close()
    os.truncate(file, size)
    for expected in (True, False):
        assert code_of(lambda expected=expected: reopen(expect_existing=expected)) in ("DATABASE_DAMAGED", "WRONG_KEY")
        assert file.stat().st_size == size


def test_an_empty_file_is_damage(file: Path, reopen: Reopen) -> None:
    file.touch()
    assert code_of(lambda: reopen(expect_existing=False)) == "DATABASE_DAMAGED"
    assert file.stat().st_size == 0


def test_a_database_that_went_missing_is_not_made_again(database: Database, file: Path, reopen: Reopen) -> None:
    database.close()
    file.unlink()
    assert code_of(reopen) == "DATABASE_MISSING"
    assert not file.exists()


def test_a_log_without_its_database_is_a_loss_too(file: Path, reopen: Reopen) -> None:
    log, _ = side_files(file)
    log.write_bytes(b"x" * 100)
    assert code_of(lambda: reopen(expect_existing=False)) == "DATABASE_MISSING"
    assert log.read_bytes() == b"x" * 100


def test_a_newer_database_is_refused_and_left_as_it_is(database: Database, file: Path, reopen: Reopen) -> None:
    put(database, "a")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = file.read_bytes()
    assert code_of(reopen) == "DATABASE_NEWER"
    assert file.read_bytes() == before


def test_a_newer_database_with_a_log_is_left_as_it_is(database: Database, file: Path, reopen: Reopen) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()  # the change is still in the log, as after a crash
    assert code_of(reopen) == "DATABASE_NEWER"
    assert file.read_bytes() == before


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    path = tmp_path / "data" / "snug.db"
    opening = lambda: Database.open(path, KEY, backups=tmp_path / "b", expect_existing=False)  # noqa: E731
    assert code_of(opening) == "NOT_A_FOLDER"


def test_somebody_else_is_writing(database: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = connect(file, KEY)
    other.execute("BEGIN IMMEDIATE")
    with database._raw() as connection:  # five seconds are too long for a test
        connection.execute("PRAGMA busy_timeout = 50")
    assert code_of(lambda: put(database, "a")) == "DATABASE_BUSY"
    other.execute("ROLLBACK")
    other.close()
    put(database, "a")


def test_a_key_of_another_length_is_a_bug(reopen: Reopen) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        reopen(b"short", expect_existing=False)


def test_disk_full_keeps_what_was_saved(database: Database, ask: Ask, chats: Conversations) -> None:
    _, question, _ = ask("the first")
    with database._raw() as connection:
        pages_now = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages_now + 2}")
    assert code_of(lambda: ask("x" * 100_000)) == "DISK_FULL"
    assert len(chats.list()) == 1
    assert chats.messages([question.id])[0].text == "the first"
    with database._raw() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    ask("room again")
    assert len(chats.list()) == 2


READ_ONLY_CHILD = """
import os, sys
from pathlib import Path
from desktop.errors import AppError
from desktop.storage.database import Database
# Imported before, since the other user may not read this installation.
import sqlalchemy.dialects.sqlite.pysqlite
os.setgid(65534); os.setuid(65534)
try:
    Database.open(Path(sys.argv[1]), bytes(range(32)), backups=Path("b"), expect_existing=True)
except AppError as error:
    print(error.code)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("with_log", [False, True])
def test_a_folder_that_cannot_be_written(with_log: bool) -> None:
    # For root no mode is an obstacle, so a child gives up its rights first. Not in tmp_path: others may not enter that.
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database.open(folder / "snug.db", KEY, backups=folder / "b", expect_existing=False)
        if with_log:
            put(database, "a")
        else:
            database.close()
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)
        run = subprocess.run(
            [sys.executable, "-c", READ_ONLY_CHILD, str(folder / "snug.db")],
            capture_output=True,
            text=True,
            timeout=30,
        )
        database.close()
    assert run.stdout.strip() == "DATABASE_READ_ONLY", run.stderr


# Damage


def test_no_flipped_bit_is_ever_read_as_something_else(
    database: Database, file: Path, reopen: Reopen, ask: Ask
) -> None:
    for number in range(60):
        ask(f"message {number} " + "words and more words " * 40)
    database.close()
    whole = file.read_bytes()
    truth = contents(file, reopen)
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    codes: set[str] = set()
    harmless = 0
    for _ in range(40):
        damaged = bytearray(whole)
        at = chance.randrange(len(whole))
        damaged[at] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        try:
            read = contents(file, reopen)
        except AppError as error:
            codes.add(error.code)
        else:
            assert read == truth, at
            harmless += 1
    file.write_bytes(whole)
    assert codes <= {"DATABASE_DAMAGED", "WRONG_KEY"}
    # About a third of the pages hold nothing that is read here.
    assert harmless < 30


@pytest.mark.parametrize("use", ["read", "write"])
def test_the_end_of_a_long_text_never_reads_as_zeros(
    database: Database, file: Path, reopen: Reopen, ask: Ask, use: str
) -> None:
    # SQLCipher alone hands out zeros, without an error, where the last page that a statement needs is damaged.
    words = "w" * 6000  # more than a page, so that its end lies in one of its own
    _, question, _ = ask(words)
    database.close()
    whole = file.read_bytes()
    codes: list[str] = []
    for page in range(1, len(whole) // pages.PAGE):
        damaged = bytearray(whole)
        damaged[page * pages.PAGE + 1000] ^= 1
        file.write_bytes(damaged)
        try:
            opened = reopen()
            with getattr(opened, use)() as connection:
                read = connection.exec_driver_sql("SELECT text FROM part WHERE message_id = ?", (question.id,)).scalar()
            assert read == words, page
        except AppError as error:
            codes.append(error.code)
        else:
            opened.close()
    file.write_bytes(whole)
    assert len(codes) >= 2
    assert set(codes) == {"DATABASE_DAMAGED"}


def contents(file: Path, reopen: Reopen) -> list[tuple[object, ...]]:
    """Every row there is, the index included."""
    database = reopen()
    try:
        with database.read() as connection:
            found: list[tuple[object, ...]] = []
            for table in ("chat", "message", "part", "message_words", "title_words", "message_words_data"):
                found += [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
            return found
    finally:
        database._dispose()


def test_a_lost_salt_is_put_back_from_its_copy(database: Database, file: Path, reopen: Reopen) -> None:
    put(database, "a")
    database.close()
    salt = pages.salt_of(file)
    with file.open("r+b") as raw:
        raw.write(os.urandom(16))
    assert code_of(reopen) == "WRONG_KEY"  # nothing in the file can tell any more
    assert settings(reopen(salt=salt)) == 1


def test_a_wrong_salt_is_never_put_in(database: Database, file: Path, reopen: Reopen) -> None:
    database.close()
    before = file.read_bytes()
    reopen(salt=os.urandom(16)).close()
    assert file.read_bytes()[:16] == before[:16]


# Half-made databases


@pytest.mark.skipif(not hasattr(os, "link"), reason="needs hard links")
def test_a_creation_that_was_killed_leaves_nothing_in_the_way(file: Path, reopen: Reopen) -> None:
    half = file.with_name("snug.db.new-abc")
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    database = reopen(expect_existing=False)
    database.close()
    os.link(file, file.with_name("snug.db.new-def"))  # killed between naming and tidying
    reopen().close()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_two_processes_create_at_once(file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from desktop.storage.database import Database; "
        "from desktop.storage.options import Options; "
        f"d = Database.open(Path({str(file)!r}), bytes(range(32)), backups=Path('b'), expect_existing=False); "
        "Options(d).put(sys.argv[1], 1); d.close()"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(number)]) for number in range(3)]
    assert [child.wait(timeout=30) for child in children] == [0, 0, 0]
    database = Database.open(file, KEY, backups=file.parent / "b", expect_existing=True)
    assert settings(database) == 3
    database.close()


def test_words_never_reach_the_disk_in_clear(database: Database, file: Path, ask: Ask, chats: Conversations) -> None:
    marker = "Zephyrmarker"
    _, _, answer = ask(f"{marker} question", title=f"{marker} title")
    chats.checkpoint(answer.id, text(f"{marker} answer"))
    chats.save_draft(None, f"{marker} draft")
    database.back_up(file.parent / "backups")
    looked_at = 0
    for path in file.parent.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            looked_at += 1
            for form in (marker, marker.lower()):
                assert form.encode() not in raw, path.name
                assert form.encode("utf-16-le") not in raw, path.name
            assert b"SQLite format" not in raw
    assert looked_at >= 3
