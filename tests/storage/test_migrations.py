"""From an old form to today's: entirely or not at all, with a copy made before."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from desktop.errors import AppError
from desktop.storage import backup, schema
from desktop.storage.connection import connect, driver
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.folders import FolderStore
from desktop.storage.tables import metadata
from tests.storage.conftest import KEY, Ask

NEXT = '''
"""A later step, as a test needs one."""
import sqlalchemy as sa
from alembic import op
revision = "0007"
down_revision = "0006"

def upgrade():
    with op.batch_alter_table("chat") as batch:
        batch.add_column(sa.Column("colour", sa.Text))
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("colour", sa.Text))
'''


@pytest.fixture
def with_next_step(tmp_path: Path) -> Path:
    """The migrations, with one more that recreates the tables everything hangs on."""
    scripts = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "0007_next.py").write_text(NEXT)
    return scripts


def form(path: Path) -> dict[tuple[str, str], str]:
    connection = connect(path, KEY)
    found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    connection.close()
    return {(kind, name): re.sub(r"\s+", "", sql or "") for kind, name, sql in found}


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = connect(path, KEY)
    tables = ("chat", "message", "part", "draft", "message_words", "title_words")
    found = {table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in tables}
    connection.close()
    return found


def fill(ask: Ask) -> None:
    chat, _, answer = ask("first")
    for number in range(20):
        _, _, answer = ask(f"question {number}", chat, answer)


def test_fresh_and_migrated_are_the_same(database: Database, file: Path, tmp_path: Path) -> None:
    database.close()
    migrated = tmp_path / "migrated.db"
    connect(migrated, KEY, "rwc").close()
    schema.migrate(migrated, KEY)
    assert form(file) == form(migrated)


def test_the_database_is_what_the_tables_say(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        words = {name for name in inspect(connection).get_table_names() if "_words" in name}
        difference = [
            change
            for change in compare_metadata(context, metadata)
            if not (change[0] == "remove_table" and change[1].name in words)
        ]
    assert difference == []


def test_the_head_is_the_newest_script() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == schema.HEAD
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(schema.REVISIONS)


def test_every_constraint_has_a_name() -> None:
    for table in metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, table.name


def test_recreating_tables_loses_no_row(database: Database, file: Path, ask: Ask, with_next_step: Path) -> None:
    fill(ask)
    database.close()
    before = rows(file)
    schema.migrate(file, KEY, "0007", with_next_step)
    after = rows(file)
    assert {table: len(found) for table, found in after.items()} == {t: len(found) for t, found in before.items()}
    assert after["part"] == before["part"]
    assert ("table", "message_words") in form(file)


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    database: Database, file: Path, ask: Ask, with_next_step: Path
) -> None:
    fill(ask)
    database.close()
    step = with_next_step / "versions" / "0007_next.py"
    step.write_text(NEXT + "    op.execute('INSERT INTO nowhere VALUES (1)')\n")
    before = (form(file), rows(file))
    with pytest.raises(Exception, match="nowhere"):
        schema.migrate(file, KEY, "0007", with_next_step)
    assert (form(file), rows(file)) == before


def test_a_migration_that_leaves_a_dangling_row_is_undone(
    database: Database, file: Path, ask: Ask, with_next_step: Path
) -> None:
    fill(ask)
    database.close()
    step = with_next_step / "versions" / "0007_next.py"
    step.write_text(NEXT + "    op.execute('DELETE FROM chat')\n")
    before = (form(file), rows(file))
    with pytest.raises(AppError) as caught:
        schema.migrate(file, KEY, "0007", with_next_step)
    assert caught.value.code == "MIGRATION_FAILED"
    assert (form(file), rows(file)) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from desktop.storage import schema
left = int(sys.argv[3])
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "after_cursor_execute", count)
schema.migrate(Path(sys.argv[1]), bytes(range(32)), "0007", Path(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_at_any_statement_it_is_the_old_form_or_the_new(
    database: Database, file: Path, ask: Ask, with_next_step: Path
) -> None:
    import subprocess

    fill(ask)
    database.close()
    old, words = form(file), rows(file)["part"]
    outcomes: list[bool] = []
    for statement in (1, 3, 5, 7, 9, 11, 13, 15, 20, 30):
        subprocess.run([sys.executable, "-c", KILLED, str(file), str(with_next_step), str(statement)], timeout=30)
        assert rows(file)["part"] == words
        outcomes.append(form(file) == old)
        if not outcomes[-1]:
            break
    assert outcomes.count(True) >= 4, outcomes


def test_an_old_file_is_copied_and_brought_up_to_date(
    database: Database,
    file: Path,
    ask: Ask,
    reopen: Callable[..., Database],
    with_next_step: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(ask)
    database.close()
    words = rows(file)["part"]
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "0007"))
    monkeypatch.setattr(schema, "HEAD", "0007")
    original = schema.migrate
    monkeypatch.setattr(schema, "migrate", lambda path, key: original(path, key, "0007", with_next_step))
    reopen().close()
    assert rows(file)["part"] == words
    [copy] = backup.existing(file.parent / "backups")
    assert "before-0007" in copy.name
    assert rows(copy)["part"] == words
    assert "colour" not in form(copy)["table", "chat"]


def test_without_the_listener_nothing_would_be_atomic(file: Path, database: Database) -> None:
    # Why ``begin_writing`` exists: the same engine without it keeps the row of a failed transaction.
    database.close()
    engine = create_engine("sqlite+pysqlite://", module=driver, creator=lambda: connect(file, KEY))

    def fail() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('a', '1')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM setting").scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("version", schema.REVISIONS[:-1])
def test_a_file_of_an_earlier_version_keeps_its_rows(tmp_path: Path, file: Path, version: str) -> None:
    connect(file, KEY, "rwc").close()
    schema.migrate(file, KEY, version)
    connection = connect(file, KEY)
    connection.execute("INSERT INTO chat (id, title, title_origin, sequence) VALUES (1, 'old words', 'user', 1)")
    connection.execute("INSERT INTO message (id, chat_id, role, status) VALUES (1, 1, 'user', 'complete')")
    connection.execute("INSERT INTO part (message_id, position, kind, text) VALUES (1, 0, 'text', 'said before')")
    connection.close()
    before = rows(file)
    opened = Database.open(file, KEY, backups=tmp_path / "backups", expect_existing=True)
    # None of them is in a folder, and each can be put into one.
    folders = FolderStore(opened)
    assert [chat.folder_id for chat in Conversations(opened).list()] == [None]
    folders.move(1, folders.create("a folder").id)
    folders.move(1, None)
    opened.close()
    after = rows(file)
    # Columns that came later stand behind the others.
    assert {
        table: [row[: len(old)] for row, old in zip(after[table], before[table], strict=True)] for table in before
    } == before
    assert [path.name for path in backup.existing(tmp_path / "backups")] != []
