"""The seal holds for a library that is not Python's: one in Rust, with its own way of talking to a network."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the seal is Linux's")
PROGRAM = """
import sys
port, sealed, file = sys.argv[1:]
if sealed == "sealed":
    from desktop.child.seal import filters
    assert filters.seal_app() == ""
import hf_xet
wanted = hf_xet.PyXetDownloadInfo(file, "ab" * 32, 10)
try:
    hf_xet.download_files([wanted], f"http://127.0.0.1:{port}", ("token", 9999999999), None, None)
except Exception as error:
    print(type(error).__name__)
"""


@pytest.fixture
def arrived() -> Iterator[tuple[int, list[str]]]:
    """A server's port, and the requests that reach it."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Not among the tests' own words."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], seen
        server.shutdown()


@pytest.mark.parametrize(("how", "gets_out"), [("open", True), ("sealed", False)])
def test_a_library_in_rust_gets_out_only_where_nothing_is_sealed(
    arrived: tuple[int, list[str]], how: str, gets_out: bool, tmp_path: Path
) -> None:
    port, seen = arrived
    environment = {**os.environ, "HF_XET_CLIENT_RETRY_MAX_ATTEMPTS": "1", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(port), how, str(tmp_path / "file")],
        capture_output=True,
        text=True,
        timeout=50,
        env=environment,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "ConnectionError"), done.stderr
    assert bool(seen) is gets_out
