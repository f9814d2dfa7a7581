"""Build llama.cpp's own server from the source and with the flags that the engine is built with, to compare with it.

Once only, into build/peer; takes as long as the engine's own build. ``make bench-peer`` does this and then compares.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from setup import REQUIREMENTS, ROOT, cmake_args, say

PEER = ROOT / "build" / "peer"
SERVER = PEER / "build" / "bin" / "llama-server"


def main() -> None:
    if SERVER.exists():
        return
    say("Building llama.cpp's server to compare with. This happens once and takes some minutes.")
    PEER.mkdir(parents=True, exist_ok=True)
    fetch = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--require-hashes",
    ]
    source = ["--no-binary", "llama-cpp-python", "-r", str(REQUIREMENTS / "engine.txt"), "-d", str(PEER)]
    subprocess.run([*fetch, *source], check=True)
    archive = next(PEER.glob("llama_cpp_python-*.tar.gz"))
    with tarfile.open(archive) as file:
        # Pythons before 3.11.4 know no filters. What is in the archive was checked by its hash.
        file.extraction_filter = getattr(tarfile, "data_filter", None)
        file.extractall(PEER)
    llama = archive.with_name(archive.name.removesuffix(".tar.gz")) / "vendor" / "llama.cpp"
    extra = ["-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_TESTS=OFF"]
    tools = Path(sys.executable).parent
    configure = [str(tools / "cmake"), "-S", str(llama), "-B", str(PEER / "build"), *extra, *cmake_args().split()]
    with (PEER / "build.log").open("w") as log:
        for command in (
            configure,
            [str(tools / "cmake"), "--build", str(PEER / "build"), "--target", "llama-server", "-j"],
        ):
            subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)


if __name__ == "__main__":
    main()
