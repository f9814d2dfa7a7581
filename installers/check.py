"""Smoke tests of the bundle: what was tried in the source has to hold in what is installed. Standard library only.

``python installers/check.py [PROGRAM]`` prints one line for each check and ends with status 1 if one of them failed. It
wants neither a screen, a keychain nor the network, and touches nothing of the user's.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import installers

PATIENCE_S = 120
MOST_SAID = 4_000

EXPECTED = re.compile(r"This plugin does not support (propagateSizeHints|raise|setting window opacity)\(\)")
"""The offscreen platform says what it cannot do; any other line is a fault."""
SOCKETS = {
    *("socket", "connect", "bind", "listen", "accept", "accept4", "getaddrinfo", "gethostbyname", "send", "sendto"),
    *("sendmsg", "recv", "recvfrom", "curl_easy_init", "SSL_connect", "WSAStartup"),
}
WINDOWS_SOCKETS = re.compile(rb"(?:ws2_32|wsock32|wininet|winhttp)\.dll", re.IGNORECASE)
INTERNET = re.compile(r"socket\((AF_INET6?|AF_PACKET|AF_NETLINK)")
SHORTEST_LICENCE = 250
NEVER_MISSING = {"Snug", "Python", "Qt 6", "llama.cpp", "SQLCipher", "OpenSSL", "pyinstaller"}
NOT_BUNDLED = re.compile(
    r"hf_xet|QtNetwork|Qt6Network|WebEngine|qgtk3|Qt6Qml|Qt6Quick|numpy|ggml-rpc|opengl32sw", re.IGNORECASE
)


class Failed(Exception):
    """A check has found a fault."""


class Skipped(Exception):
    """A check cannot be made here."""


class Bundle:
    """The program over an empty folder, on a machine with neither screen nor keychain."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        # It may be a link, as in /usr/bin and in an AppImage.
        self.whole = program.resolve().parent
        self.inside = next(
            (place for place in (self.whole / "_internal", self.whole.parent / "Frameworks") if place.exists()),
            self.whole,
        )
        self.data = folder / "data"
        passphrase = folder / "passphrase"
        passphrase.write_text("for the smoke test\n")
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(folder),
            "SNUG_DATA_DIR": str(self.data),
            "SNUG_PASSPHRASE_FILE": str(passphrase),
            "QT_QPA_PLATFORM": "offscreen",
        }

    def start(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            [str(each) for each in command],
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )

    def run(self, *arguments: str, before: list[str] | None = None) -> str:
        """What a command said on stdout. It must succeed, and say nothing else."""
        result = self.start(*(before or []), self.program, *arguments)
        unexpected = [line for line in result.stderr.splitlines() if line and not EXPECTED.search(line)]
        if result.returncode != 0 or unexpected:
            said = "\n".join([*unexpected, *(result.stdout.splitlines()[-20:] if result.returncode else [])])
            raise Failed(f"{' '.join(arguments)}: status {result.returncode}\n{said[:MOST_SAID]}")
        return result.stdout

    @contextmanager
    def window(self, before: list[str] | None = None) -> Iterator[subprocess.Popen[str]]:
        """The window, from the moment on that a second start would raise it."""
        there = self.data / "locks" / "window.sock"
        process = subprocess.Popen(
            [*(before or []), str(self.program)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            started = time.monotonic()
            while not there.exists() and process.poll() is None and time.monotonic() - started < PATIENCE_S:
                time.sleep(0.002)
            if not there.exists():
                raise Failed("no window came")
            yield process
        finally:
            process.kill()
            process.wait()


def selftest(bundle: Bundle) -> str:
    """Every part, tried by the program itself."""
    found = [json.loads(line) for line in bundle.run("--selftest", "--json").splitlines()]
    names = {each["name"] for each in found if each["works"]}
    if missing := {"program", "database", "keychain", "window", "engine", "courier"} - names:
        raise Failed(f"not tried: {', '.join(sorted(missing))}")
    return next(each["words"] for each in found if each["name"] == "program")


def ask(bundle: Bundle) -> str:
    """An answer of the starter model."""
    events = [json.loads(line) for line in bundle.run("ask", "Say hello", "--max-tokens", "12", "--json").splitlines()]
    done = events[-1]
    if done["event"] != "done" or not done["text"].strip():
        raise Failed(f"no answer: {done}")
    return f"“{done['text'].strip()}”, {done['tokens_per_second']} tokens a second"


def doctor(bundle: Bundle) -> str:
    """The doctor finds what is enforced on those who hold chats. (The porter only closes itself to stay offline.)"""
    events = [json.loads(line) for line in bundle.run("doctor", "--json").splitlines()]
    facts = {event["name"]: event["value"] for event in events if event["event"] == "fact"}
    if facts["starter"] != "there" or "missing" in facts["packages"]:
        raise Failed(f"{facts['packages']}; starter model: {facts['starter']}")
    processes = {event["process"]: event["enforced"] for event in events if event["event"] == "process"}
    if sys.platform == "linux" and not all(processes.get(name) for name in ("app", "engine")):
        raise Failed(f"not enforced: {processes}")
    return ", ".join(f"{name} {'sealed' if sealed else 'not sealed'}" for name, sealed in processes.items())


def graphics(bundle: Bundle) -> str:
    """An answer that was computed on a graphics card, by the sealed engine. A driver that is all software will do."""
    if not list((bundle.inside / "llama_cpp" / "lib").glob("*ggml-vulkan*")):
        raise Skipped("this bundle was built without Vulkan")
    # Software says that it is no card, and is used only where it is asked for.
    bundle.environment["GGML_VK_VISIBLE_DEVICES"] = "0"
    events = [json.loads(line) for line in bundle.run("doctor", "--json").splitlines()]
    cards = next(event["value"] for event in events if event.get("name") == "cards")
    if "Vulkan0" not in cards:
        raise Skipped(f"no Vulkan driver is here: {cards}")
    return f"{cards}: {ask(bundle)}"


def window(bundle: Bundle) -> str:
    """The window comes, SIGTERM closes it in good order, and nothing is said on the way."""
    if os.name == "nt":
        raise Skipped("there is no way to ask a window to close from here")
    with bundle.window() as process:
        _close(process)
    return "came and went, and said nothing unexpected"


def _close(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE_S)
    unexpected = [line for line in (out + err).splitlines() if line and not EXPECTED.search(line)]
    if process.returncode != 0 or unexpected:
        raise Failed(f"status {process.returncode}\n" + "\n".join(unexpected))


def no_back_end(bundle: Bundle) -> str:
    """Without the back ends a model is refused in words that help."""
    if not os.access(bundle.whole.parent, os.W_OK):
        raise Skipped("nothing can be written where the program lies")
    with TemporaryDirectory(prefix="snug-", dir=bundle.whole.parent) as folder:
        copy = Path(folder) / "snug"
        shutil.copytree(bundle.whole, copy, symlinks=True, copy_function=os.link)
        for library in copy.rglob("*ggml-cpu*"):
            library.unlink()
        result = bundle.start(copy / bundle.program.resolve().name, "ask", "Say hello", "--json")
    refused = json.loads(result.stdout.splitlines()[-1])
    if result.returncode != 1 or refused.get("code") != "MISSING_BACKEND" or len(result.stderr.splitlines()) != 1:
        raise Failed(f"status {result.returncode}: {result.stdout} {result.stderr}")
    return refused["message"]


def licences(bundle: Bundle) -> str:
    """Whatever is in it has a licence, and its text with it."""
    found = [json.loads(line) for line in bundle.run("licences", "--json").splitlines()]
    if lacking := [each["name"] for each in found if len(each["text"]) < SHORTEST_LICENCE or not each["licence"]]:
        raise Failed(f"no text: {', '.join(lacking)}")
    packages = {path.name.removesuffix(".dist-info") for path in bundle.inside.glob("*.dist-info")}
    known = {f"{_normal(each['name'])}-{each['version']}" for each in found}
    if unknown := {
        each for each in packages if _normal(each.rpartition("-")[0]) + each[each.rfind("-") :] not in known
    }:
        raise Failed(f"not told: {', '.join(sorted(unknown))}")
    if missing := NEVER_MISSING - {each["name"] for each in found}:
        raise Failed(f"not told: {', '.join(sorted(missing))}")
    return f"{len(found)} with their texts, {len(packages)} of them packages"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def second_start(bundle: Bundle) -> str:
    """A double click on a model while a window is open: the window takes it."""
    if os.name == "nt":
        raise Skipped("there is no way to ask a window to close from here")
    model = bundle.data.with_name("a model of mine %.gguf")
    shutil.copyfile(next((bundle.inside / "resources" / "models").glob("*.gguf")), model)
    with bundle.window() as process:
        result = bundle.start(bundle.program, model.as_uri())
        if result.returncode != 0 or "open already" not in result.stderr:
            raise Failed(f"status {result.returncode}: {result.stderr}")
        started = time.monotonic()
        while not (known := model.name in bundle.run("models", "list", "--json")):
            if time.monotonic() - started > PATIENCE_S:
                break
        _close(process)
    if not known:
        raise Failed("the window did not take it")
    return "the window that was open took the file"


def left_out(bundle: Bundle) -> str:
    """Nothing is in it that was to stay out."""
    found = sorted({match[0] for path in bundle.inside.rglob("*") if (match := NOT_BUNDLED.search(path.name))})
    if found:
        raise Failed(", ".join(found))
    dangling = [path.name for path in bundle.inside.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        raise Failed(f"links that lead nowhere: {', '.join(dangling)}")
    return "no hf_xet, QtNetwork, Qml, GTK or RPC"


def no_sockets_in_the_engine(bundle: Bundle) -> str:
    """llama.cpp's libraries import no socket."""
    libraries = sorted((bundle.inside / "llama_cpp" / "lib").iterdir())
    if sys.platform == "win32":
        for library in libraries:
            # A library names those that it wants in plain letters.
            if found := WINDOWS_SOCKETS.findall(library.read_bytes()):
                raise Failed(f"{library.name} wants {found[0].decode()}")
    elif shutil.which("nm") is None or sys.platform != "linux":
        raise Skipped("nm is not here")
    for library in libraries if sys.platform == "linux" else []:
        command = ["nm", "--dynamic", "--undefined-only", "--format=just-symbols", str(library)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if found := {name.partition("@")[0] for name in said.split()} & SOCKETS:
            raise Failed(f"{library.name} imports {', '.join(sorted(found))}")
    if not libraries:
        raise Failed("there are none")
    return f"{len(libraries)} libraries, none imports a socket"


def no_internet_sockets(bundle: Bundle) -> str:
    """From start to answer, and from start to window to end, no process opens a socket that could lead outside."""
    strace = shutil.which("strace")
    if strace is None or sys.platform != "linux":
        raise Skipped("strace is not here")
    record = bundle.data.with_name("strace")
    # The tracer stands aside (-D): the signal that closes the window reaches Snug and not strace.
    traced = [strace, "-D", "-f", "-qq", "-A", "-e", "trace=socket,connect,bind,execve", "-o", str(record)]

    def engines() -> int:
        return sum("execve(" in line and "--engine" in line for line in record.read_text(errors="replace").splitlines())

    bundle.run("ask", "Say hello", "--max-tokens", "4", before=traced)
    asked = engines()
    with bundle.window(before=traced) as process:
        started = time.monotonic()
        while engines() == asked and process.poll() is None and time.monotonic() - started < PATIENCE_S:
            time.sleep(0.05)
        _close(process)
    if not 0 < asked < engines():
        raise Failed("no engine was seen")
    lines = record.read_text(errors="replace").splitlines()
    if found := [line for line in lines if INTERNET.search(line)]:
        raise Failed("\n".join(found[:5]))
    return f"{len(lines)} calls of command, window and engines looked at, none for the internet"


CHECKS: tuple[Callable[[Bundle], str], ...] = (
    left_out,
    no_sockets_in_the_engine,
    selftest,
    ask,
    doctor,
    graphics,
    window,
    second_start,
    licences,
    no_internet_sockets,
    no_back_end,
)


def main() -> int:
    program = Path(sys.argv[1] if len(sys.argv) > 1 else installers.program()).absolute()
    if not program.exists():
        sys.exit(f"{program} is not there: make package builds it.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a model may write anything
    failures = 0
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        started = time.monotonic()
        with TemporaryDirectory(prefix="snug-", ignore_cleanup_errors=True) as folder:
            try:
                words = check(Bundle(program, Path(folder)))
            except Skipped as reason:
                words = f"NOT TRIED: {reason}"
            except (Failed, subprocess.TimeoutExpired) as fault:
                failures += 1
                words = f"FAILED: {fault}"
        print(f"{name}: {words} ({time.monotonic() - started:.1f} s)", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
