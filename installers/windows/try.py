"""The Windows installers, really run around a stand-in for Snug: natively, or under Wine. Standard library only.

``python installers/windows/try.py`` prints one line for each check and ends with status 1 if one of them failed. It wants
NSIS and MinGW's compiler, and elsewhere than on Windows Wine and a display (``xvfb-run -a`` makes one). Under Wine it
touches nothing of the user's; on Windows it installs and removes for this user, and refuses where Snug is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory, TemporaryFile

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from installers.check import Failed, Skipped

HERE = Path(__file__).resolve().parent
NATIVE = os.name == "nt"
PATIENCE_S = 120
KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Snug"
CLASSES = r"HKCU\Software\Classes"
OLD, NEW = "0.0.9", "0.1.0"
REFUSED = 2


def say(words: str) -> None:
    raise Failed(words)


class Windows:
    """A Windows with nothing of Snug on it, the set-up of two versions, and where they put things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tried – Käse & Öl"
        self.folder.mkdir()
        self.told = self.folder / "told.txt"
        self.environment = {**os.environ, "STANDIN_TOLD": self.path(self.told)}
        if not NATIVE:
            self.environment |= {"WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all"}
            self.environment["WINEDLLOVERRIDES"] = "mscoree,mshtml="
            (folder / "wine").mkdir()
            subprocess.run(["wineserver", "-p"], env=self.environment, check=True)
            self.run("winecfg", "-v", "win10")
        said = self.run("cmd", "/c", "echo %LOCALAPPDATA%|%APPDATA%".replace("|", "^|"))[1].strip().split("|")
        self.local, roaming = (self.here(each) for each in said)
        self.usual = self.local / "Programs" / "Snug"
        self.data = self.local / "Snug"
        self.shortcut = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Snug.lnk"
        self.payload = self._payload()
        (old := self.payload / "_internal" / "only in the old one.txt").write_text("old")
        self._make(OLD)
        old.unlink()
        self._make(NEW)
        self.standin = str(self.payload / "snug.exe")

    def run(self, program: str | Path, *words: str) -> tuple[int, str]:
        """A program of Windows, to its end: status and what it said."""
        command = [*([] if NATIVE else ["wine"]), str(program), *words]
        # No pipe, which what it leaves running would hold open.
        with TemporaryFile() as said:
            status = subprocess.call(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                timeout=PATIENCE_S,
                restore_signals=False,
            )
            said.seek(0)
            return status, said.read().decode("oem" if NATIVE else "cp437")

    @contextmanager
    def running(self, program: Path) -> Iterator[None]:
        """The program, open."""
        sign = self.folder / "stay"
        sign.touch()
        self.told.unlink(missing_ok=True)
        command = [*([] if NATIVE else ["wine"]), str(program), "--stay", self.path(sign)]
        with subprocess.Popen(command, env=self.environment) as process:
            try:
                until(self.told.exists, "the program does not start")
                yield
            finally:
                sign.unlink()
                process.wait(PATIENCE_S)

    def set_up(self, version: str, *, into: Path | None = None) -> int:
        """Install without a window. The status."""
        folder = [] if into is None else f"/D={self.path(into)}".split(" ")  # it takes no quotes
        return self.run(self.folder / f"snug-{version}-windows-setup.exe", "/S", *folder)[0]

    def install(self, version: str = NEW, *, into: Path | None = None) -> Path:
        """Install without a window; it must succeed. The folder."""
        if status := self.set_up(version, into=into):
            say(f"the set-up of {version} ended with status {status}")
        return into or self.usual

    def remove(self, folder: Path, *words: str) -> None:
        """Remove, to the very end, which is that of a copy of the program that removes."""
        self.run(folder / "remove.exe", *(words or ["/S"]))
        until(lambda: not (folder / "remove.exe").exists(), "remove.exe stays")

    def value(self, key: str, name: str = "") -> str | None:
        """What the registry holds; None if it is not there."""
        said = self.run("reg", "query", key, *(["/v", name] if name else ["/ve"]))[1]
        found = [line.split("    ", 3) for line in said.splitlines() if line.startswith("    ")]
        return found[0][3] if found and found[0][3] != "(value not set)" else None

    def clean(self) -> None:
        """Nothing of Snug is installed."""
        for folder in (self.usual, self.data, self.folder / "installed"):
            shutil.rmtree(folder, ignore_errors=True)
        for key in (KEY, rf"{CLASSES}\Snug.Model", rf"{CLASSES}\.gguf"):
            self.run("reg", "delete", key, "/f")
            if not NATIVE:
                self.run("reg", "delete", key.replace("HKCU", "HKLM"), "/f")
        for file in (self.shortcut, self.told):
            file.unlink(missing_ok=True)

    def path(self, path: Path) -> str:
        """As Windows calls it."""
        return str(path) if NATIVE else str(PureWindowsPath("Z:", path))

    def here(self, path: str) -> Path:
        """As this system calls it."""
        if NATIVE:
            return Path(path)
        return Path(self.environment["WINEPREFIX"], "drive_c", *PureWindowsPath(path).parts[1:])

    def heard(self) -> str:
        """What the stand-in has told."""
        return self.told.read_text("utf-8-sig") if self.told.exists() else ""

    def _payload(self) -> Path:
        payload = self.folder / "payload"
        deep = payload / "_internal" / "a folder" / "another one"
        deep.mkdir(parents=True)
        for name in ("Käse – ä ß 日本.txt", "no ending", "long " * 20 + ".txt"):
            (deep / name).write_text(name, "utf-8")
        (payload / "_internal" / "large.bin").write_bytes(os.urandom(4_000_000))
        compiler = next(filter(None, map(shutil.which, ("x86_64-w64-mingw32-gcc", "gcc"))))
        program = payload / "snug.exe"
        subprocess.run([compiler, "-municode", "-mwindows", "-Os", "-o", program, HERE / "standin.c"], check=True)
        shutil.copyfile(program, payload / "snug-cli.exe")
        return payload

    def _make(self, version: str) -> None:
        command = [sys.executable, HERE / "make.py", "--payload", self.payload, "--version", version]
        subprocess.run([*command, "--into", self.folder], check=True, stdout=subprocess.DEVNULL)


def until(true: Callable[[], bool], otherwise: str) -> None:
    """Wait for something that another process does."""
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > PATIENCE_S:
            say(otherwise)
        time.sleep(0.05)


def files(folder: Path) -> dict[str, bytes]:
    """Every file in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def same(folder: Path, expected: dict[str, bytes]) -> None:
    found = files(folder)
    if found != expected:
        say(f"not as it was to be: {sorted(set(found) ^ set(expected)) or 'contents'}")


def expect(found: object, expected: object, what: str) -> None:
    if found != expected:
        say(f"{what}: {found!r}, not {expected!r}")


def silent(windows: Windows) -> str:
    """What belongs there and nothing else; the start menu; the list of programs."""
    folder = windows.install()
    same(folder, files(windows.payload) | {"remove.exe": (folder / "remove.exe").read_bytes()})
    place = windows.value(KEY, "InstallLocation") or ""
    expect(windows.here(place), folder, "InstallLocation")
    for name, value in {
        "DisplayName": "Snug",
        "DisplayVersion": NEW,
        "QuietUninstallString": rf'"{place}\remove.exe" /S',
    }.items():
        expect(windows.value(KEY, name), value, name)
    if "snug.exe".encode("utf-16-le") not in windows.shortcut.read_bytes():
        say("the shortcut leads elsewhere")
    return f"{len(files(folder))} files, {int(windows.value(KEY, 'EstimatedSize') or '0', 16)} kB"


def removal(windows: Windows) -> str:
    """Nothing of the program stays; the data does."""
    folder = windows.install()
    windows.data.mkdir()
    (windows.data / "snug.db").write_text("chats")
    windows.remove(folder)
    until(lambda: not folder.exists(), "the folder stays")
    same(windows.data, {"snug.db": b"chats"})
    for key in (KEY, rf"{CLASSES}\Snug.Model", rf"{CLASSES}\.gguf"):
        expect(windows.run("reg", "query", key)[0], 1, key)
    expect(windows.shortcut.exists(), False, "shortcut")
    return "only the data stays"


def elsewhere(windows: Windows) -> str:
    """Another folder, found again by the next set-up; and moved to a third, which leaves nothing behind."""
    first, second = windows.folder / "installed" / "Schöne Dinge", windows.folder / "installed" / "b"
    windows.install(OLD, into=first)
    windows.install()
    same(first, files(windows.payload) | {"remove.exe": (first / "remove.exe").read_bytes()})
    windows.install(into=second)
    expect(first.exists(), False, "the first folder")
    same(second, files(windows.payload) | {"remove.exe": (second / "remove.exe").read_bytes()})
    windows.remove(second)
    return "with spaces and umlauts; found again; moved"


def double_click(windows: Windows) -> str:
    """Snug gets the whole path of a file."""
    windows.install()
    if not NATIVE:  # Wine looks only at what is there for all users
        windows.run("reg", "copy", CLASSES, CLASSES.replace("HKCU", "HKLM"), "/s", "/f")
    model = windows.folder / "a model – ü %1.gguf"
    model.touch()
    windows.run(windows.standin, "--open", windows.path(model))
    until(lambda: bool(windows.heard()), "nothing is started")
    program, _, rest = windows.heard().strip().removeprefix('"').partition('" ')
    expect(windows.here(program), windows.usual / "snug.exe", "program")
    expect(rest, f'"{windows.path(model)}"', "argument")
    return rest


def others_files(windows: Windows) -> str:
    """Model files of another program stay its own, of this user or of all."""
    for root in (CLASSES, CLASSES.replace("HKCU", "HKLM")):
        if windows.run("reg", "add", rf"{root}\.gguf", "/ve", "/d", "Other.Model", "/f")[0]:
            raise Skipped("this user may not write for all users")
        folder = windows.install()
        expect(windows.value(rf"{root}\.gguf"), "Other.Model", "who opens it")
        if "HKLM" in root:
            expect(windows.value(rf"{CLASSES}\.gguf"), None, "who opens it for this user")
        ours = windows.run("reg", "query", rf"{CLASSES}\.gguf\OpenWithProgids")[1]
        expect("Snug.Model" in ours, True, "open with")
        windows.remove(folder)
        expect(windows.value(rf"{root}\.gguf"), "Other.Model", "who opens it after the removal")
        expect(windows.run("reg", "query", rf"{CLASSES}\.gguf\OpenWithProgids")[0], 1, "open with, removed")
        windows.run("reg", "delete", rf"{root}\.gguf", "/f")
    return "theirs stay, ours is under “Open with”, and gone after"


def upgrade(windows: Windows) -> str:
    """Nothing of the old version is left but what is the user's; a choice made then counts."""
    folder = windows.install(OLD)
    own = {"portable": b"", "data/snug.db": b"carried", "mine.txt": b"own"}
    (folder / "data").mkdir()
    for name, content in own.items():
        (folder / name).write_bytes(content)
    windows.run("reg", "delete", rf"{CLASSES}\Snug.Model", "/f")
    windows.install()
    own = {str(Path(name)): content for name, content in own.items()}
    same(folder, files(windows.payload) | own | {"remove.exe": (folder / "remove.exe").read_bytes()})
    expect(windows.value(KEY, "DisplayVersion"), NEW, "version")
    expect(windows.value(rf"{CLASSES}\Snug.Model"), None, "opens files, though that was not wanted")
    windows.remove(folder)
    same(folder, own)
    return "old files gone, the user's stay, also after the removal"


def while_open(windows: Windows) -> str:
    """Neither replaced nor removed while it runs, in part or whole."""
    folder = windows.install(OLD)
    before = files(folder)
    for name in ("snug.exe", "snug-cli.exe"):
        with windows.running(folder / name):
            expect(windows.set_up(NEW), REFUSED, f"status while {name} runs")
            expect(windows.set_up(NEW, into=windows.folder / "installed"), REFUSED, "status, moving")
            removed = windows.run(folder / "remove.exe", "/S", *f"_?={windows.path(folder)}".split(" "))
            expect(removed[0], REFUSED, "status of the removal")
            same(folder, before)
    expect((windows.folder / "installed").exists(), False, "another folder")
    windows.install()
    return "refused with status 2, everything as it was; then done"


def older(windows: Windows) -> str:
    """A newer version is not replaced by an older one unasked."""
    before = files(windows.install(NEW))
    expect(windows.set_up(OLD), REFUSED, "status")
    same(windows.usual, before)
    return "refused with status 2"


def refused_folders(windows: Windows) -> str:
    """One that cannot be written to, a path too long, somebody else's program: what was there stays."""
    place = windows.folder / "installed"
    place.mkdir()
    (place / "snug.new").write_text("in the way")
    expect(windows.set_up(NEW, into=place), REFUSED, "status, may not write")
    same(place, {"snug.new": b"in the way"})
    shutil.rmtree(place)
    expect(windows.set_up(NEW, into=place / ("long" * 40)), REFUSED, "status, too long")
    expect(place.exists(), False, "a folder")
    (place / "_internal").mkdir(parents=True)
    (place / "_internal" / "theirs.txt").write_text("theirs")
    expect(windows.set_up(NEW, into=place), REFUSED, "status, somebody else's")
    same(place, {str(Path("_internal", "theirs.txt")): b"theirs"})
    expect(windows.value(KEY, "DisplayName"), None, "installed")
    return "each with status 2"


def half_way(windows: Windows) -> str:
    """A disk that is full in the middle, and a file that cannot be moved: the old version stays whole."""
    folder = windows.install(OLD)
    before = files(folder)
    if not NATIVE:
        import resource

        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, limits[1]))
        try:
            status = windows.set_up(NEW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        expect(status, REFUSED, "status, full")
        same(folder, before)
    (folder / "snug.old").write_text("in the way")
    expect(windows.set_up(NEW), REFUSED, "status, cannot be moved")
    same(folder, before | {"snug.old": b"in the way"})
    return "rolled back"


def window(windows: Windows) -> str:
    """Every page pressed through: Snug is opened at the end. Then removed, and Yes to the question deletes the data."""
    for program in (windows.folder / f"snug-{NEW}-windows-setup.exe", windows.usual / "remove.exe"):
        windows.data.mkdir(exist_ok=True)
        (windows.data / "snug.db").write_text("chats")
        command = [*([] if NATIVE else ["wine"]), str(program)]
        with subprocess.Popen(command, env=windows.environment):
            windows.run(windows.standin, "--press", "Snug")
        until(lambda: bool(windows.heard()), "it was not opened, or nothing was asked")
    until(lambda: not windows.usual.exists(), "the folder stays")
    until(lambda: not windows.data.exists(), "the data stays")
    return windows.heard().splitlines()[-1]


def portable(windows: Windows) -> str:
    """The zip is the program and its mark, names and times as they were."""
    with zipfile.ZipFile(windows.folder / f"snug-{NEW}-windows-portable.zip") as archive:
        archive.extractall(windows.folder / "installed")
        dated = {each.filename: each.date_time for each in archive.infolist()}
    same(windows.folder / "installed" / "Snug", files(windows.payload) | {"portable": b""})
    then = time.localtime((windows.payload / "snug.exe").stat().st_mtime)
    if abs(time.mktime((*dated["Snug/snug.exe"], 0, 0, -1)) - time.mktime(then)) > 2:
        say("another time")
    return f"{len(dated)} files"


CHECKS = (
    silent,
    removal,
    elsewhere,
    double_click,
    others_files,
    upgrade,
    while_open,
    older,
    refused_folders,
    half_way,
    portable,
    window,
)


def main() -> int:
    wanted = ["makensis", *([] if NATIVE else ["wine", "x86_64-w64-mingw32-gcc"])]
    if missing := [name for name in wanted if shutil.which(name) is None]:
        sys.exit(f"Not here: {', '.join(missing)}.")
    failures = 0
    with TemporaryDirectory(prefix="snug-", ignore_cleanup_errors=True) as folder:
        windows = Windows(Path(folder))
        if windows.value(KEY, "DisplayName") or windows.data.exists():
            sys.exit("Snug is installed here or has data: this would remove it.")
        for check in CHECKS:
            if sys.argv[1:] and check.__name__ not in sys.argv[1:]:
                continue
            started = time.monotonic()
            try:
                windows.clean()
                words = check(windows)
            except Skipped as reason:
                words = f"NOT TRIED: {reason}"
            except (Failed, OSError, subprocess.TimeoutExpired) as fault:
                failures += 1
                words = f"FAILED: {fault}"
            print(f"{check.__name__.replace('_', ' ')}: {words} ({time.monotonic() - started:.1f} s)", flush=True)
        windows.clean()
        if not NATIVE:
            subprocess.run(["wineserver", "-k", "-w"], env=windows.environment, check=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
