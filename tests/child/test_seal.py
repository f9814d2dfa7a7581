"""The seal of the app and of the engine, tried from inside: every way out is refused, and works without the seal."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.child.seal import landlock, places, seccomp
from tests.fixtures.models import tiny_model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the seal is Linux's")

ROOT = Path(__file__).resolve().parents[2]
INTERNET = ["python", "datagram", "ipv6", "c_library", "system_call", "netlink", "io_uring", "shell", "qt"]
INTO_OTHERS = ["other_memory", "trace", "other_descriptor"]
ENGINE_INTERNET = [way for way in INTERNET if way not in ("shell", "qt")]
LOCAL = ["local_socket", "socket_pair", "program"]
FILES = [
    *("write_home", "write_temporary", "write_beside_the_model", "change_the_model", "cut_the_model"),
    *("read_database", "read_beside_the_model", "list_home"),
]
NOBODY = 65534
THREADS = ["python", "c_library"]
NOT_EVERYWHERE = {"ipv6", "netlink", "io_uring", *INTO_OTHERS}
"""A kernel may be built without, or keep, these from everybody."""


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Somebody who listens on this computer, somebody to break into, and a home with a database."""
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    (home / "snug.db").write_bytes(b"chats")
    (home / "models" / "neighbour.gguf").write_bytes(b"other")
    model = tiny_model(home / "models" / "tiny.gguf")
    secret = ctypes.create_string_buffer(b"secret", 8)
    victim = os.fork()
    if victim == 0:
        signal.pause()
        os._exit(0)
    with socket.create_server(("127.0.0.1", 0)) as internet, socket.socket(socket.AF_UNIX) as local:
        address = str(tmp_path / "bus")
        local.bind(address)
        local.listen()
        yield {
            "port": internet.getsockname()[1],
            "unix": address,
            "victim": victim,
            "address": ctypes.addressof(secret),
            "home": str(home),
            "database": str(home / "snug.db"),
            "model": str(model),
            "neighbour": str(home / "models" / "neighbour.gguf"),
        }
    os.kill(victim, signal.SIGKILL)
    os.waitpid(victim, 0)


def tried(
    role: str, surroundings: dict[str, Any], ways: list[str], *, load: bool = False, user: int | None = None
) -> dict[str, str]:
    """What came of the ways in a process with this role."""
    given = {"places": surroundings, "ways": ways, "threads": THREADS, "load": load}
    done = subprocess.run(
        [sys.executable, "-m", "tests.child.escapes", role],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=50,
        cwd=ROOT,
        user=user,
        env={**os.environ, "HOME": surroundings["home"]},
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["reason"] == ""
    return answer["results"]


def assert_refused(sealed: dict[str, str], control: dict[str, str]) -> None:
    """Every way is refused, and worked where there was no seal."""
    shut = {name for name, result in control.items() if result != "worked"}
    assert {name.partition(",")[0] for name in shut} <= NOT_EVERYWHERE, control
    assert {name: result for name, result in sealed.items() if result != "refused" and name not in shut} == {}


def test_no_way_leads_out_of_the_app(surroundings: dict[str, Any]) -> None:
    pytest.importorskip("PySide6.QtNetwork")
    ways = [*INTERNET, *INTO_OTHERS]
    control = tried("open", surroundings, ways)
    sealed = tried("app", surroundings, ways)
    assert sealed.keys() == control.keys()
    assert_refused(sealed, control)


def test_the_app_keeps_what_a_desktop_needs(surroundings: dict[str, Any]) -> None:
    ways = [*LOCAL, *FILES]
    results = tried("app", surroundings, ways)
    assert {name for name in ways if results[name] != "worked"} == set()


@pytest.mark.skipif(sys.platform != "linux" or landlock.abi() == 0, reason="this kernel has no Landlock")
def test_no_way_leads_out_of_the_engine(surroundings: dict[str, Any]) -> None:
    ways = [*ENGINE_INTERNET, *INTO_OTHERS, *LOCAL, *FILES]
    control = tried("open", surroundings, ways)
    sealed = tried("engine", surroundings, ways, load=True)
    # llama.cpp reads its model and writes, and what it loaded and started changes nothing.
    assert sealed.pop("answer").isdigit()
    loaded = {name: sealed.pop(name) for name in list(sealed) if name.endswith("model loaded")}
    assert set(loaded.values()) == {"refused"}
    assert_refused(sealed, control)
    assert Path(surroundings["home"], "left").exists()  # by the control only
    assert Path(surroundings["model"]).stat().st_size > 0


@pytest.mark.skipif(sys.platform != "linux" or landlock.abi() == 0, reason="this kernel has no Landlock")
def test_a_quantiser_reads_its_model_writes_its_copy_and_that_is_all(surroundings: dict[str, Any]) -> None:
    copy = Path(surroundings["home"], "copy.part")
    copy.touch()
    own, ways = ["read_the_model", "write_the_copy"], [*ENGINE_INTERNET, *INTO_OTHERS, *LOCAL, *FILES]
    control = tried("open", surroundings | {"copy": str(copy)}, ways)
    sealed = tried("quantiser", surroundings | {"copy": str(copy)}, [*own, *ways])
    assert [sealed.pop(way) for way in own] == ["worked", "worked"]
    assert_refused(sealed, control)
    assert copy.read_text() == "smaller"


@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel does not close signals")
def test_the_engine_reaches_no_other_process_with_a_signal(surroundings: dict[str, Any]) -> None:
    assert tried("open", surroundings, ["signal"])["signal"] == "worked"
    assert tried("engine", surroundings, ["signal"])["signal"] == "refused"


@pytest.mark.skipif(sys.platform != "linux" or landlock.abi() == 0, reason="this kernel has no Landlock")
def test_the_engine_looks_into_no_other_process(surroundings: dict[str, Any]) -> None:
    # Root may look at performance everywhere, and with it at environments: the rule is for everybody else.
    user = NOBODY if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "60"], user=user) as other:
        place = surroundings | {"victim": other.pid}
        assert tried("open", place, ["other_environment"], user=user)["other_environment"] == "worked"
        assert tried("engine", place, ["other_environment"], user=user)["other_environment"] == "refused"
        other.kill()


@pytest.mark.model
@pytest.mark.skipif(sys.platform != "linux" or landlock.abi() == 0, reason="this kernel has no Landlock")
def test_the_starter_model_answers_behind_the_seal(surroundings: dict[str, Any], starter: Path) -> None:
    sealed = tried("engine", surroundings | {"model": str(starter)}, ["python"], load=True)
    assert sealed["answer"].isdigit()
    assert sealed["python, model loaded"] == "refused"


def test_a_socket_that_somebody_hands_over_is_the_way_that_is_left(surroundings: dict[str, Any]) -> None:
    """An unsealed program that plays along (over D-Bus, say) can pass an open socket to the app. SECURITY says so."""
    code = """
import array, socket, sys
from desktop.child.seal import filters
assert filters.seal_app() == ""
with socket.socket(fileno=int(sys.argv[1])) as door:
    _, [(_, _, data)], _, _ = door.recvmsg(1, 64)
handed = socket.socket(fileno=array.array("i", data)[0])
handed.connect(("127.0.0.1", int(sys.argv[2])))
"""
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.socket(socket.AF_INET, socket.SOCK_STREAM) as handed:
        command = [sys.executable, "-c", code, str(theirs.fileno()), str(surroundings["port"])]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, text=True)
        socket.send_fds(ours, [b"!"], [handed.fileno()])
        _, errors = process.communicate(timeout=50)
        assert process.returncode == 0, errors


# --- the numbers of another processor

MACHINE_CODE = """
import ctypes, mmap, sys
from desktop.child.seal import filters
if sys.argv[1] == "sealed":
    assert filters.seal_app() == ""
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid of i386); int 0x80; ret
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
"""
X32 = """
import ctypes, sys
from desktop.child.seal import filters
if sys.argv[1] == "sealed":
    assert filters.seal_app() == ""
libc = ctypes.CDLL(None, use_errno=True)
assert libc.syscall(ctypes.c_long(0x40000000 | 41), 2, 1, 0) == -1
print(ctypes.get_errno())
"""
x86 = pytest.mark.skipif(os.name == "nt" or os.uname().machine != "x86_64", reason="has no second set of numbers")


def alone(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)


@x86
def test_calls_by_the_numbers_of_a_32_bit_program_end_the_process() -> None:
    if alone(MACHINE_CODE, "open").returncode != 0:
        pytest.skip("this kernel runs no 32-bit programs")
    assert alone(MACHINE_CODE, "sealed").returncode == -signal.SIGSYS


@x86
def test_calls_by_the_x32_numbers_are_refused() -> None:
    assert alone(X32, "sealed").stdout == "1\n"
    assert alone(X32, "open").stdout != "1\n"


# --- memory

CRASH = """
import os, resource, signal, sys
_, most = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
from desktop.child.seal import filters, memory
if sys.argv[1] == "app":
    memory.no_core_dumps()
    filters.seal_app()
elif sys.argv[1] == "engine":
    filters.seal_engine(())
os.kill(os.getpid(), signal.SIGSEGV)
"""


def dumps_core(role: str, folder: Path) -> bool:
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", f"import os; os.chdir({str(folder)!r})\n" + CRASH, role],
        {**os.environ, "PYTHONPATH": str(ROOT)},
    )
    _, status = os.waitpid(process, 0)
    assert os.WTERMSIG(status) == signal.SIGSEGV
    return os.WCOREDUMP(status) or any(folder.iterdir())


def test_a_crash_leaves_no_memory_image(tmp_path: Path) -> None:
    folders = {role: tmp_path / role for role in ("open", "app", "engine")}
    for folder in folders.values():
        folder.mkdir()
    if not dumps_core("open", folders["open"]):
        pytest.skip("nobody's crash leaves one here")
    assert not dumps_core("app", folders["app"])
    assert not dumps_core("engine", folders["engine"])


# --- what it is made of


@pytest.mark.parametrize("machine", seccomp.NUMBERS)
def test_every_machine_has_a_number_of_its_own_for_every_call(machine: str) -> None:
    numbers = seccomp.NUMBERS[machine]
    assert numbers.keys() == seccomp.NUMBERS["x86_64"].keys()
    assert len(set(numbers.values())) == len(numbers)


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", seccomp.NUMBERS)
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    lines = [line.split() for line in HEADERS[machine].read_text().splitlines() if line.startswith("#define __NR_")]
    known = {line[1].removeprefix("__NR_"): line[2] for line in lines if len(line) > 2}
    for name, number in seccomp.NUMBERS[machine].items():
        assert known[name] == str(number), name


def test_all_parts_of_a_split_model_are_open_to_the_engine(tmp_path: Path) -> None:
    parts = [tmp_path / f"big-[x]-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    for path in (*parts, tmp_path / "big-[x]-00001-of-00004.gguf", tmp_path / "other.gguf"):
        path.touch()
    assert set(places.parts_of(parts[0])) == set(parts)
    assert list(places.parts_of(tmp_path / "other.gguf")) == [tmp_path / "other.gguf"]
