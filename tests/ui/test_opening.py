"""From the key to the window: what is shown while there is no key, when there is one, and when it opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop import logs, unlocking
from desktop.domain.chat import Part, PartKind
from desktop.engine import fake
from desktop.errors import AppError
from desktop.house import Stores
from desktop.opener import Opener
from desktop.paths import Paths
from desktop.services.chats import LAST_CHAT
from desktop.services.instance import WindowLock
from desktop.services.protection import ProtectionService
from desktop.services.tasks import Worker
from desktop.settings import SettingsFile
from desktop.storage import glance as glances
from desktop.told import Unlocked
from desktop.ui.desk import Desktop
from desktop.ui.lock.lock_screen import LockScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.opening import Opening
from desktop.ui.preferences import OPENS_LAST_CHAT
from desktop.ui.wishes import Wishes
from desktop.vault import refusals
from desktop.vault.keychain import Keychain
from desktop.vault.keys import Vault
from tests.fixtures.keychains import NoKeychain
from tests.fixtures.models import tiny_model
from tests.fixtures.profiles import CHEAP, PASSPHRASE, make_profile, open_profile
from tests.fixtures.programs import printed_by

WAIT = 20_000


class Run:
    """A start of the window from where Qt and the window lock are there."""

    def __init__(self, qtbot: QtBot, paths: Paths) -> None:
        self._qtbot = qtbot
        self._lock = WindowLock(paths.locks)
        assert self._lock.take()
        self._worker = Worker("storage")
        self._opening = Opening(self._worker, paths)
        self.desktop = Desktop([], SettingsFile(paths.settings), paths, self._worker, self._lock, fake.command)

    def begin(self, unlocked: Future[Unlocked]) -> None:
        self._worker.follow(unlocked, self._opening.unlocked, self._opening.refused)
        self._opening.meet(self.desktop)

    def shown(self, name: str) -> QWidget:
        """Wait until this window is the only one."""
        self._qtbot.waitUntil(lambda: [one.objectName() for one in self._visible()] == [name], timeout=WAIT)
        return self._visible()[0]

    def type(self, text: str, field: str = "") -> None:
        """Into the lock screen's first field, or the one of this name."""
        [screen] = self._visible()
        fields = [one for one in screen.findChildren(QLineEdit) if one.isVisible()]
        self._qtbot.waitUntil(lambda: all(one.isEnabled() for one in fields), timeout=WAIT)
        for one in fields:
            self._qtbot.keyClicks(one, text)
        self._qtbot.keyClick(fields[-1], Qt.Key.Key_Return)

    def rows(self) -> int:
        window = self.desktop.window
        assert window is not None
        return window.sidebar.list.chats.rowCount()

    def titles(self) -> list[str]:
        house = self.desktop.house
        assert house is not None
        return [chat.title for chat in house.chats.chats()]

    def end(self) -> int:
        for one in self._visible():
            one.close()
        QTimer.singleShot(0, self.desktop.application.quit)
        code = self.desktop.run()
        self._lock.release()
        return code

    def _visible(self) -> list[QWidget]:
        return [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.isWindow()]


Begin = Callable[[Future[Unlocked]], Run]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return unlocking.prepare(tmp_path / "data")


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No keychain, passphrases that cost nothing."""

    def cheap(paths: Paths, keychain: Keychain | None = None) -> Vault:
        return Vault(paths, keychain or NoKeychain(), cost=CHEAP)

    monkeypatch.setattr(unlocking, "vault_of", cheap)
    # It is for the whole process.
    monkeypatch.setattr(logs, "watch_for_crashes", lambda *_: None)


@pytest.fixture
def begin(qtbot: QtBot, paths: Paths) -> Iterator[Begin]:
    runs: list[Run] = []

    def begin(unlocked: Future[Unlocked]) -> Run:
        runs.append(Run(qtbot, paths))
        runs[-1].begin(unlocked)
        return runs[-1]

    yield begin
    for run in runs:
        run.end()
        # The process would end here. What stayed would be dressed again with every test that comes.
        for one in (run.desktop, *QApplication.topLevelWidgets()):
            one.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def fill(paths: Paths, *titles: str) -> None:
    make_profile(paths.data)
    stores: Stores = open_profile(paths.data)
    for title in titles:
        words = (Part(PartKind.TEXT, title),)
        stores.conversations.add_turn(None, None, words, model_name="", model_key="", writer="", title=title)
    stores.database.close()


def opened(paths: Paths) -> Future[Unlocked]:
    unlocked: Future[Unlocked] = Future()
    unlocked.set_result(unlocking.unlock_typed(unlocking.vault_of(paths), PASSPHRASE))
    return unlocked


def looked_for(paths: Paths) -> Future[Unlocked]:
    opener = Opener(paths, forks=False)
    opener.go()
    return opener.unlocked


def refused(error: AppError) -> Future[Unlocked]:
    unlocked: Future[Unlocked] = Future()
    unlocked.set_exception(error)
    return unlocked


def damage(paths: Paths) -> None:
    """Every page but the first, which proves the key."""
    content = bytearray(paths.database.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    paths.database.write_bytes(content)


def test_with_the_key_the_window_shows_the_chats(begin: Begin, paths: Paths) -> None:
    fill(paths, "one", "two")
    run = begin(opened(paths))
    run.shown("mainWindow")
    assert run.titles() == ["two", "one"]


def test_what_the_system_wants_of_the_looks_is_asked_after_the_first_picture(
    begin: Begin, paths: Paths, qtbot: QtBot
) -> None:
    fill(paths, "one")
    run = begin(opened(paths))
    with qtbot.waitSignal(run.desktop.shown, timeout=WAIT):
        pass
    assert run.desktop.findChild(Wishes) is None
    with qtbot.waitSignal(run.desktop.begun, timeout=WAIT):
        pass
    assert run.desktop.findChild(Wishes) is not None


def test_a_long_list_begins_with_what_is_seen_and_is_as_long_as_it_is_going_to_be_after_the_first_picture(
    begin: Begin, paths: Paths, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glances, "FIRST_CHATS", 2)
    fill(paths, "one", "two", "three", "four")
    unlocked = opened(paths)
    assert unlocked.result().seen is not None
    run = begin(unlocked)
    qtbot.waitUntil(lambda: run.desktop.window is not None, timeout=WAIT)
    # The heading and two chats; from the first picture on as long as it is going to be.
    assert (run.titles(), run.rows()) == (["four", "three"], 3)
    qtbot.waitUntil(lambda: run.rows() == 5, timeout=WAIT)
    qtbot.waitUntil(lambda: len(run.titles()) == 4, timeout=WAIT)
    assert run.rows() == 5


def test_the_key_may_come_long_after_qt(begin: Begin, paths: Paths) -> None:
    fill(paths, "one")
    later: Future[Unlocked] = Future()
    run = begin(later)
    QApplication.processEvents()
    assert run.desktop.window is None
    later.set_result(opened(paths).result())
    run.shown("mainWindow")


def test_the_end_does_not_wait_for_a_keychain_that_waits_for_a_person(begin: Begin) -> None:
    assert begin(Future()).end() == 0


def test_a_passphrase_is_asked_for_as_often_as_it_is_wrong(begin: Begin, paths: Paths, qtbot: QtBot) -> None:
    fill(paths, "one")
    run = begin(looked_for(paths))
    screen = run.shown("lockScreen")
    screen.setGeometry(30, 40, 1010, 700)
    for wrong in ("quite wrong", "wrong as well"):
        run.type(wrong)
        qtbot.waitUntil(
            lambda: any(one.accessibleDescription() for one in screen.findChildren(QLineEdit)), timeout=WAIT
        )
        assert run.desktop.window is None
    run.type(PASSPHRASE)
    # Where somebody typed.
    assert run.shown("mainWindow").geometry() == QRect(30, 40, 1010, 700)
    assert run.titles() == ["one"]


@pytest.mark.parametrize("code", [refusals.CHOOSE_PASSPHRASE, refusals.CHOOSE_PASSPHRASE_NOW])
def test_where_no_keychain_is_a_passphrase_is_chosen(begin: Begin, paths: Paths, code: str) -> None:
    run = begin(refused(refusals.refusal(code)))
    run.shown("lockScreen")
    run.type("four words of mine")
    run.shown("mainWindow")
    assert run.titles() == []
    assert len(unlocking.vault_of(paths).open_with("four words of mine")) == 32


def test_what_nobody_can_type_is_explained(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    run = begin(refused(refusals.refusal(refusals.WRONG_KEY)))
    run.shown("refusal")
    assert run.end() == 1
    assert "snug: " in capsys.readouterr().err


def test_a_database_that_is_damaged_is_explained_after_the_passphrase(begin: Begin, paths: Paths) -> None:
    fill(paths, "one")
    damage(paths)
    run = begin(looked_for(paths))
    run.shown("lockScreen")
    run.type(PASSPHRASE)
    run.shown("refusal")


@pytest.mark.parametrize("glanced", [True, False])
@pytest.mark.parametrize("last", [True, False])
def test_the_last_chat_is_open_at_the_start_or_a_new_one_as_was_chosen(
    begin: Begin, paths: Paths, qtbot: QtBot, last: bool, glanced: bool
) -> None:
    fill(paths, "one", "two")
    stores: Stores = open_profile(paths.data)
    stores.options.put(LAST_CHAT, 1)
    stores.database.close()
    SettingsFile(paths.settings).put(OPENS_LAST_CHAT, last)
    found: Future[Unlocked] = Future()
    unlocked = opened(paths).result()
    assert unlocked.seen is not None
    found.set_result(unlocked if glanced else unlocked._replace(seen=None))
    run = begin(found)
    run.shown("mainWindow")
    assert run.titles() == ["two", "one"]
    assert run.desktop.house is not None
    chat = run.desktop.house.chats.current().chat
    assert (chat.title if chat is not None else "") == ("one" if last else "")


# --- model files from outside


def files(run: Run) -> set[str]:
    """The models on the list, by their files."""
    assert run.desktop.house is not None
    return {Path(model.path).name for model in run.desktop.house.models.models()}


def said(run: Run) -> str:
    """What the toast says."""
    window = run.desktop.window
    assert window is not None
    return window.toast.text() if window.toast.isVisible() else ""


def test_a_model_that_snug_is_opened_with_is_loaded_as_soon_as_the_window_is_there(
    begin: Begin, paths: Paths, qtbot: QtBot, tmp_path: Path
) -> None:
    fill(paths)
    run = begin(looked_for(paths))
    run.shown("lockScreen")
    run.desktop.open([str(tiny_model(tmp_path / "--selftest.gguf"))])
    assert run.desktop.window is None
    run.type(PASSPHRASE)
    run.shown("mainWindow")
    qtbot.waitUntil(lambda: "--selftest.gguf" in files(run), timeout=WAIT)
    assert run.desktop.house is not None
    current = run.desktop.house.models.current()
    assert current is not None
    assert current.path == str(tmp_path / "--selftest.gguf")


def test_a_thousand_files_and_a_folder_go_to_the_list(begin: Begin, paths: Paths, qtbot: QtBot, tmp_path: Path) -> None:
    fill(paths)
    run = begin(opened(paths))
    run.shown("mainWindow")
    (tmp_path / "folder").mkdir()
    tiny_model(tmp_path / "folder" / "one.gguf", seed=1)
    tiny_model(tmp_path / "two.gguf", seed=2)
    missing = [str(tmp_path / f"missing-{number}.gguf") for number in range(1000)]
    run.desktop.open([*missing, str(tmp_path / "folder"), str(tmp_path / "two.gguf")])
    qtbot.waitUntil(lambda: {"one.gguf", "two.gguf"} <= files(run), timeout=WAIT)
    qtbot.waitUntil(lambda: "missing-0.gguf cannot be opened" in said(run), timeout=WAIT)


@pytest.mark.parametrize("name", ["missing.gguf", "text.gguf", "text", "no\udcfftext.gguf"])
def test_what_is_no_model_is_refused_in_words_and_the_models_stay(
    begin: Begin, paths: Paths, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    fill(paths)
    for each in ("text.gguf", "text"):
        (tmp_path / each).write_text("Dear Sir or Madam")
    run = begin(opened(paths))
    run.shown("mainWindow")
    run.desktop.open([str(tmp_path / name)])
    qtbot.waitUntil(lambda: "cannot be opened" in said(run), timeout=WAIT)
    assert name not in files(run)


def test_a_file_waits_while_the_chats_are_covered(
    begin: Begin, paths: Paths, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProtectionService, "can_lock", False)
    fill(paths)
    run = begin(opened(paths))
    window = run.shown("mainWindow")
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: bool(files(run)) or bool(said(run)), timeout=WAIT)
    run.desktop.lock()
    screen = run.shown("lockScreen")
    assert isinstance(screen, LockScreen)
    with qtbot.assertNotEmitted(window.models_dropped):
        run.desktop.open([str(tiny_model(tmp_path / "tiny.gguf"))])
    with qtbot.waitSignal(window.models_dropped, timeout=WAIT):
        screen.show_requested.emit()
    qtbot.waitUntil(lambda: "tiny.gguf" in files(run), timeout=WAIT)


def test_what_the_finder_opens_comes_as_an_event() -> None:
    program = """
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtGui import QFileOpenEvent
    from desktop.ui.application import Application
    application, opened = Application([]), []
    application.opened.connect(opened.extend)
    QCoreApplication.sendEvent(application, QFileOpenEvent("/models/a.gguf"))
    print(opened)
    """
    assert printed_by(program) == "['/models/a.gguf']"
