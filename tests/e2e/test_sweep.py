"""Nothing that was said is in any file, in any form: while Snug runs, after it ended, and after it was killed."""

from __future__ import annotations

import base64
import gzip
import os
import secrets
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import llama_cpp
import pytest

from tests.e2e.sweep import hits, spellings, token_runs

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("apricot", "lighthouse", "velvet", "harpsichord", "glacier", "marzipan", "turbine", "saffron", "cobalt")

pytestmark = [pytest.mark.model, pytest.mark.timeout(150)]


def marker() -> str:
    """Words that are nowhere else, and long enough to be known by their token ids."""
    return " ".join(secrets.choice(WORDS) + secrets.token_hex(2) for _ in range(6))


Tokenize = Callable[[str], list[int]]


@pytest.fixture(scope="module")
def tokenize(starter: Path) -> Iterator[Tokenize]:
    """As the model that is asked numbers a text."""
    model = llama_cpp.Llama(str(starter), vocab_only=True, verbose=False)
    yield lambda text: model.tokenize(text.encode(), add_bos=False)
    model.close()


class Home:
    """A home folder of its own, with everything that Snug could write to inside."""

    def __init__(self, folder: Path, model: Path, tokenize: Tokenize, *, encrypted: bool) -> None:
        self._tokenize = tokenize
        self.markers = [marker() for _ in range(6)]
        self.folder = folder / "home"
        for name in ("tmp", "run", "config", "cache", "share", "here"):
            (self.folder / name).mkdir(parents=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "share"),
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
        }
        keychain = str(folder / "keychain") if encrypted else "-"
        data = str(self.folder / "share" / "snug")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.sweep_driver", data, keychain, str(model), *self.markers],
            cwd=self.folder / "here",
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until_busy(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == "busy\n", self.process.communicate()[1]

    def hits(self) -> list[str]:
        forms = {form for text in self.markers for form in spellings(text)}
        # The prompt as the engine reads it: the words with a blank before them.
        forms |= {run for text in self.markers for run in token_runs(self._tokenize(f" {text}"))}
        return hits([self.folder], forms)

    def end(self) -> str:
        _, err = self.process.communicate("", timeout=60)
        return err

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


Start = Callable[[bool], Home]


@pytest.fixture
def start(tmp_path: Path, starter: Path, tokenize: Tokenize) -> Iterator[Start]:
    homes: list[Home] = []

    def begin(encrypted: bool) -> Home:
        homes.append(Home(tmp_path, starter, tokenize, encrypted=encrypted))
        return homes[-1]

    yield begin
    for home in homes:
        if home.process.poll() is None:
            home.kill()


def test_no_file_holds_what_was_said(start: Start) -> None:
    home = start(True)
    home.until_busy()
    assert home.hits() == [], "while it runs"
    err = home.end()
    assert home.hits() == [], "after it ended"
    assert not any(text in err for text in home.markers)


def test_nor_after_it_was_killed(start: Start) -> None:
    home = start(True)
    home.until_busy()
    home.kill()
    assert home.hits() == []


def test_the_same_search_finds_it_without_encryption(start: Start) -> None:
    home = start(False)
    home.until_busy()
    found = home.hits()
    home.kill()
    assert any("snug.db" in place for place in found), found


TEXT = "apricot1f lighthouse2e velvet3d"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode().hex().encode(),
        base64.b64encode(TEXT.encode()),
        base64.b64encode(b"x" + TEXT.encode() + b"more"),
        base64.b64encode(b"xy" + TEXT.encode()),
        b"before" + zlib.compress(b"words " + TEXT.encode()),
        gzip.compress(TEXT.encode()),
        struct.pack("<12i", *range(100, 112)),
    ],
)
def test_the_search_knows_every_form(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(b"\0\1\2" + content + b"\3")
    forms = spellings(TEXT) | token_runs(list(range(100, 112)))
    assert hits([tmp_path], forms)
    assert not hits([tmp_path], spellings("ferret4c saffron5b"))


def test_the_search_reads_names(tmp_path: Path) -> None:
    (tmp_path / f"{TEXT}.txt").touch()
    assert hits([tmp_path], spellings(TEXT)) == [f"the name of {TEXT}.txt"]
