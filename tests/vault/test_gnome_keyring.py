"""A real Secret Service: gnome-keyring on a message bus of its own, in a home of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = """
import json, os, signal, sys, time
from pathlib import Path
from desktop.child.seal import filters
from desktop.errors import AppError
from desktop.paths import Paths
from desktop.vault.keychain import SystemKeychain
from desktop.vault.keys import Vault
from desktop.vault.ways import Ways
from tests.fixtures.profiles import CHEAP

def start(folder):
    began = time.monotonic()
    vault = Vault(Paths(Path(folder)), SystemKeychain(timeout_s=10))
    try:
        key = vault.unlock().hex()
        protection = vault.status()
        print(json.dumps([key, protection.source, protection.backend]))
    except AppError as error:
        print(json.dumps([error.code, error.sentence, round(time.monotonic() - began, 1)]))

def collection():
    import secretstorage
    return secretstorage.get_default_collection(secretstorage.dbus_init())

# As the app does: what is left to it must be enough for the keychain.
assert sys.platform != "linux" or filters.seal_app() == ""
for step in sys.argv[2:]:
    if step == "start":
        start(sys.argv[1])
    elif step == "lock":
        collection().lock()
    elif step == "die":
        os.kill(int(os.environ["KEYRING_DAEMON"]), signal.SIGKILL)
    elif step == "other":
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.kwallet.DBusKeyring"
    elif step == "passphrase":
        vault = Vault(Paths(Path(sys.argv[1])), SystemKeychain(timeout_s=10), cost=CHEAP)
        Ways(vault, vault.unlock()).set_passphrase("quiet corner", ask_at_start=False)
    elif step == "forget":
        for item in list(collection().get_all_items()):
            item.delete()
"""

# The daemon stays in the foreground of this shell, so that its number is known and it alone is ended.
SESSION = """
set -eu
printf pw > "$HOME/password"
gnome-keyring-daemon --foreground --unlock --components=secrets < "$HOME/password" >/dev/null 2>&1 &
daemon=$!
export KEYRING_DAEMON=$daemon
trap 'kill "$daemon" 2>/dev/null || true; wait "$daemon" || true' EXIT
ask() { dbus-send --session --print-reply --dest=org.freedesktop.secrets "$@" 2>/dev/null; }
for attempt in $(seq 400); do
    if ask /org/freedesktop/secrets org.freedesktop.Secret.Service.ReadAlias string:default | grep -q collection/login \
        && ask /org/freedesktop/secrets/collection/login org.freedesktop.DBus.Properties.Get \
        string:org.freedesktop.Secret.Collection string:Locked | grep -q "boolean false"
    then break; fi
    sleep 0.05
done
"$@"
"""

# A bus without services to start: the ordinary one would start a second, locked daemon as soon as somebody asks before
# ours is there.
BUS = """<busconfig>
<type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>"""

TOOLS = ("dbus-run-session", "dbus-send", "gnome-keyring-daemon", "grep", "seq", "sh")

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or not all(shutil.which(tool) for tool in TOOLS),
        reason="needs gnome-keyring and dbus",
    ),
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for name in ("home", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "XDG_", "PYTHON_KEYRING"))
    }
    return {
        **kept,
        "HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def run(tmp_path: Path, environment: dict[str, str], *steps: str, keyring: bool = True) -> list[list[str]]:
    import json

    program = [sys.executable, "-c", HERE, str(tmp_path / "data"), *steps]
    bus = tmp_path / "bus.conf"
    bus.write_text(BUS)
    session = (
        ["dbus-run-session", f"--config-file={bus}", "--", "sh", "-c", SESSION, "sh", *program] if keyring else program
    )
    done = subprocess.run(session, env=environment, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_key_is_stored_and_read_again(tmp_path: Path, environment: dict[str, str]) -> None:
    first, second = run(tmp_path, environment, "start", "start")
    assert first == second
    assert first[1:] == ["keychain", "Secret Service"]
    [third] = run(tmp_path, environment, "start")  # another session, another daemon, the same keychain file
    assert third == first
    [vault] = (tmp_path / "home").rglob("login.keyring")
    assert first[0].encode() not in vault.read_bytes()
    assert not (tmp_path / "data" / "snug.key").exists()


def test_a_locked_keychain_has_its_sentence(tmp_path: Path, environment: dict[str, str]) -> None:
    _, (code, sentence, seconds) = run(tmp_path, environment, "start", "lock", "start")
    assert code == "KEYCHAIN_LOCKED"
    assert "locked" in sentence
    assert float(seconds) < 9


def test_an_entry_that_was_removed_has_its_sentence(tmp_path: Path, environment: dict[str, str]) -> None:
    _, (code, *_) = run(tmp_path, environment, "start", "forget", "start")
    assert code == "KEY_MISSING"


def test_without_the_keychain_of_the_first_start(tmp_path: Path, environment: dict[str, str]) -> None:
    run(tmp_path, environment, "start")
    [(code, *_)] = run(tmp_path, environment, "start", keyring=False)
    assert code == "KEYCHAIN_GONE"


def test_without_a_bus_a_passphrase_is_asked_for(tmp_path: Path, environment: dict[str, str]) -> None:
    first, second = run(tmp_path, environment, "start", "start", keyring=False)
    assert first[0] == second[0] == "CHOOSE_PASSPHRASE"
    assert not (tmp_path / "data" / "snug.key").exists()


def test_a_keychain_that_died_has_its_sentence(tmp_path: Path, environment: dict[str, str]) -> None:
    _, (code, sentence, seconds) = run(tmp_path, environment, "start", "die", "start")
    assert code in ("KEYCHAIN_GONE", "KEYCHAIN_FAILED", "KEYCHAIN_SILENT")
    assert "Your chats are untouched" in sentence
    assert float(seconds) < 30


def test_another_keychain_than_the_one_with_the_key_has_its_sentence(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    _, (code, *_) = run(tmp_path, environment, "start", "other", "start")
    assert code == "KEYCHAIN_GONE"


def test_with_a_passphrase_as_well_it_is_asked_for_instead(tmp_path: Path, environment: dict[str, str]) -> None:
    _, (code, sentence, _) = run(tmp_path, environment, "start", "passphrase", "lock", "start")
    assert code == "LOCKED"
    assert "Your passphrase or the recovery key opens them too" in sentence
