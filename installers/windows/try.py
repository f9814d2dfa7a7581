"""The Windows installers, really run around a stand-in for Snug: natively, or under Wine. Standard library only.

``python installers/windows/try.py [CHECK …]`` prints one line for each check and ends with status 1 if one failed. It
wants NSIS and MinGW's compiler, and elsewhere than on Windows Wine and a display (``xvfb-run -a`` makes one). In Wine
it touches nothing of the user's; on Windows it installs and removes for this user, and refuses where Snug is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from installers.check import Failed, Skipped
from installers.windows.machine import CLASSES, KEY, NATIVE, NEW, OLD, Windows, say, until

REFUSED = 2
"""The status of a set-up that would not."""


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
    wanted = ["makensis", *(["gcc"] if NATIVE else ["wine", "x86_64-w64-mingw32-gcc"])]
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
