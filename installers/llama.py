"""Build llama.cpp for every processor: the libraries that a shipped Snug brings, into build/llama/llama_cpp.

The engine of a checkout is made for the computer it is built on. What is shipped is made from the same pinned source
with back ends that are loaded at run time: a variant of the processor's for each generation (the engine takes the best
that runs), Metal on macOS, and Vulkan where its SDK is (``--vulkan``). Nothing in it can connect: no RPC, no curl.

Beside the libraries lie the bindings, without the parts of llama-cpp-python that want numpy. Built once and kept in the
same cache as the engine of a checkout.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.setup import PYTHON, REQUIREMENTS, cache_dir, fail, say  # noqa: E402

PACKAGE = ROOT / "build" / "llama" / "llama_cpp"
SOURCE = REQUIREMENTS / "engine.txt"

ARGUMENTS = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON"),
    *("-DGGML_NATIVE=OFF", "-DGGML_BACKEND_DL=ON", "-DGGML_CPU_ALL_VARIANTS=ON"),
    *("-DGGML_RPC=OFF", "-DGGML_CCACHE=OFF"),
    # Only libllama is wanted: none of what stands around it.
    *("-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_COMMON=OFF", "-DLLAMA_BUILD_APP=OFF"),
    *("-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF"),
)
METAL = ("-DGGML_METAL=ON", "-DGGML_METAL_EMBED_LIBRARY=ON")
BESIDE_EACH_OTHER = {
    "linux": ("-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON", "-DCMAKE_INSTALL_RPATH=$ORIGIN"),
    "darwin": ("-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON", "-DCMAKE_INSTALL_RPATH=@loader_path"),
    # Visual Studio's OpenMP is a library that Windows does not have; llama.cpp's own threads need none.
    "win32": ("-DGGML_OPENMP=OFF",),
}
GENERATOR = () if sys.platform == "win32" else ("-G", "Ninja")
"""Ninja takes the first compiler that it meets, on Windows a MinGW; Visual Studio's is found by CMake itself."""

TRAPS = "sapphirerapids"
"""The variant with AMX: virtual machines show AMX and then trap on it (a general protection fault at the first token).
The next best, zen4, uses all the rest of such a processor."""

BINDINGS = ("llama_cpp.py", "_ctypes_extensions.py", "LICENSE.md")
"""What of llama-cpp-python declares llama.cpp's functions."""


def arguments(vulkan: bool) -> list[str]:
    """How it is configured here."""
    system = (*BESIDE_EACH_OTHER.get(sys.platform, ()), *(METAL if sys.platform == "darwin" else ()))
    return [*ARGUMENTS, *system, *(["-DGGML_VULKAN=ON"] if vulkan else [])]


def build(into: Path, configured: list[str]) -> None:
    """Fetch the pinned source, check it, build it and put libraries and bindings into a folder."""
    work = into.with_name(f"{into.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    fetch = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    fetch += ["--no-build-isolation", "--require-hashes", "--no-binary", "llama-cpp-python", "-r", str(SOURCE)]
    subprocess.run([*fetch, "-d", str(work)], check=True)
    [archive] = work.glob("llama_cpp_python-*.tar.gz")
    with tarfile.open(archive) as file:
        # Pythons before 3.11.4 know no filters. What is in the archive was checked by its hash.
        file.extraction_filter = getattr(tarfile, "data_filter", None)
        file.extractall(work)
    source = work / archive.name.removesuffix(".tar.gz")
    _run_cmake(source / "vendor" / "llama.cpp", work / "build", configured, into.with_name(f"{into.name}.log"))
    ready = work / "llama_cpp"
    (ready / "lib").mkdir(parents=True)
    for library in _libraries(work / "build" / "bin"):
        shutil.copyfile(library, ready / "lib" / library.name)
        if sys.platform == "linux":
            subprocess.run(["strip", "--strip-unneeded", str(ready / "lib" / library.name)], check=True)
    for name in BINDINGS:
        if (source / "llama_cpp" / name).exists():
            shutil.copyfile(source / "llama_cpp" / name, ready / name)
    version = archive.name.removesuffix(".tar.gz").rpartition("-")[2]
    (ready / "__init__.py").write_text(f'from llama_cpp.llama_cpp import *\n\n__version__ = "{version}"\n')
    shutil.copyfile(source / "vendor" / "llama.cpp" / "LICENSE", ready / "LICENSE.llama.cpp")
    ready.replace(into)
    shutil.rmtree(work)


def _run_cmake(source: Path, folder: Path, configured: list[str], log: Path) -> None:
    tools = PYTHON.parent
    environment = {**os.environ, "PATH": os.pathsep.join([str(tools), os.environ.get("PATH", "")])}
    cmake = shutil.which("cmake", path=environment["PATH"]) or fail("cmake is missing.")
    together = [str(cmake), "--build", str(folder), "--config", "Release", "--parallel", str(os.cpu_count() or 2)]
    with log.open("w") as record:
        for command in (
            [str(cmake), *GENERATOR, "-S", str(source), "-B", str(folder), *configured],
            [*together, "--target", "llama", "ggml"],
        ):
            result = subprocess.run(command, stdout=record, stderr=subprocess.STDOUT, env=environment, check=False)
            if result.returncode != 0:
                fail(f"llama.cpp did not build. The whole log is in {log}.\n{log.read_text()[-4000:]}")


def _libraries(folder: Path) -> list[Path]:
    """One file of each library, under the name that it is looked for by.

    libllama is opened by its plain name, and so are the back ends; what libllama itself wants has its version's number.
    """
    if sys.platform == "win32":
        found = list(folder.glob("**/*.dll"))
    else:
        ending = "dylib" if sys.platform == "darwin" else "so"
        back_ends = [path for kind in ("so", ending) for path in folder.glob(f"libggml-*.{kind}")]
        # macOS names its back ends .so, as modules, and its libraries .dylib.
        numbered = "libggml*.0.dylib" if sys.platform == "darwin" else "libggml*.so.0"
        needed = [path for path in folder.glob(numbered) if path.name.startswith(("libggml.", "libggml-base."))]
        modules = [path for path in back_ends if not path.name.startswith("libggml-base.")]
        found = [folder / f"libllama.{ending}", *needed, *dict.fromkeys(modules)]
    return [path for path in found if TRAPS not in path.name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vulkan", action="store_true", help="with Vulkan, which needs its SDK (1.3.275 or newer)")
    configured = arguments(parser.parse_args().vulkan)
    recipe = f"{SOURCE.read_text()}\n{configured}\n{sys.platform} {platform.machine()}\n{BINDINGS} {TRAPS}"
    kept = cache_dir() / "llama" / hashlib.sha256(recipe.encode()).hexdigest()[:16]
    if not kept.exists():
        say("Building llama.cpp for every processor. This happens once and takes 10 to 20 minutes on two cores.")
        kept.parent.mkdir(parents=True, exist_ok=True)
        build(kept, configured)
    shutil.rmtree(PACKAGE, ignore_errors=True)
    shutil.copytree(kept, PACKAGE)


if __name__ == "__main__":
    main()
