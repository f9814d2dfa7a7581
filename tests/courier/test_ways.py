"""Where a courier goes, and whom it trusts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.courier import protocol
from desktop.courier.ways import Ways
from desktop.domain.hub import HubFailure
from tests.courier.conftest import FILE, REPO, Talk, kind_of, model
from tests.fixtures.hub import FakeHub, running

DATA = model(300_000)


@pytest.mark.parametrize(
    ("scheme", "host", "goes"),
    [
        ("https", "huggingface.co", True),
        ("https", "cas-bridge.xethub.hf.co", True),
        ("https", "cdn-lfs.huggingface.co", True),
        ("https", "evil.com", False),
        ("https", "huggingface.co.evil.com", False),
        ("https", "evilhf.co", False),
        ("https", "127.0.0.1", False),
        ("http", "huggingface.co", False),
        ("http", "127.0.0.1", False),
        ("file", "", False),
        ("ftp", "huggingface.co", False),
    ],
)
def test_to_the_public_hub_and_its_servers_and_always_encrypted(scheme: str, host: str, goes: bool) -> None:
    assert (Ways().refusal(scheme, host) == "") is goes


def test_a_hub_that_the_user_chose_may_lead_elsewhere_but_not_down() -> None:
    ways = Ways("https://hub.example/")
    assert ways.refusal("https", "files.example") == ""
    assert ways.refusal("http", "hub.example") == "not encrypted"
    assert ways.is_endpoint("https", "hub.example", None)
    assert not ways.is_endpoint("https", "hub.example", 8443)
    assert ways.hub == ("hub.example", 443)
    assert Ways("http://127.0.0.1:80").refusal("http", "127.0.0.1") == ""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[FakeHub]:
    with running(certificate) as hub:
        hub.add(REPO, files={FILE: DATA})
        yield hub


def test_over_tls_to_a_server_that_the_system_trusts(
    secure: FakeHub, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    courier = Talk(secure.endpoint, tmp_path, SSL_CERT_FILE=str(certificate[0]))
    assert isinstance(courier.ask(protocol.Download, **courier.download(DATA)), protocol.Downloaded)
    secure.trouble("hub", lambda asked: asked.answer(302, Location=f"http://127.0.0.1:{secure.port('files')}/x"))
    (tmp_path / FILE).unlink()
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is HubFailure.REDIRECT
    refused = courier.connections()[-1].entry
    assert (refused.port, refused.result.value, refused.allowed_by) == (
        secure.port("files"),
        "refused",
        "not encrypted",
    )
    courier.end()


def test_a_server_that_cannot_prove_who_it_is_gets_no_request(secure: FakeHub, tmp_path: Path) -> None:
    courier = Talk(secure.endpoint, tmp_path)
    courier.say(protocol.Token("hf_secret"))
    assert kind_of(courier.ask(protocol.Search, text="x")) is HubFailure.NOT_TRUSTED
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is HubFailure.NOT_TRUSTED
    assert secure.seen == []
    assert {each.entry.result.value for each in courier.connections()} == {"failed"}
    courier.end()


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_the_ledger_holds_every_connection_that_the_kernel_saw(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    with running() as hub:
        hub.add(REPO, files={"README.md": b"# Hi", FILE: DATA})
        hub.trouble("files", lambda asked: asked.file(DATA, most=100_000), times=1)
        # What is sealed cannot be traced: its memory is closed.
        courier = Talk(hub.endpoint, models, arguments=())
        courier.until(protocol.Hello)
        trace = tmp_path / "trace"
        command = ["strace", "-f", "-p", str(courier.process.pid), "-o", str(trace)]
        tracer = subprocess.Popen([*command, "-e", "trace=connect,sendto,sendmsg,sendmmsg"], stderr=subprocess.PIPE)
        assert tracer.stderr is not None
        if "attached" not in (said := tracer.stderr.readline().decode()):
            courier.kill()
            pytest.skip(f"strace may not trace here: {said}")
        courier.ask(protocol.Search, text="tiny")
        courier.ask(protocol.Describe, repo=REPO)
        answer = courier.ask(protocol.Download, **courier.download(DATA))
        assert isinstance(answer, protocol.Downloaded)
        told = sorted((each.entry.host, each.entry.port) for each in courier.connections())
        courier.end()
        tracer.wait(20)
        tracer.stderr.close()
    seen = re.findall(r'connect\(.*sin6?_port=htons\((\d+)\).*"([\d.:a-f]+)"', trace.read_text())
    assert sorted((host, int(port)) for port, host in seen) == told
    assert len(told) == 3 + 4, sys.platform


def test_through_a_proxy_where_the_computer_has_one(tmp_path: Path) -> None:
    with running() as proxy:
        proxy.add(REPO, files={"LICENSE": b"Yes."})
        courier = Talk("http://hub.invalid", tmp_path, HTTP_PROXY=f"http://127.0.0.1:{proxy.port('hub')}")
        assert isinstance(courier.ask(protocol.Search, text="tiny"), protocol.Found)
        assert proxy.seen[0].path.startswith("http://hub.invalid/api/models?")
        entry = courier.connections()[0].entry
        assert (entry.host, entry.port) == ("127.0.0.1", proxy.port("hub"))
        courier.end()
        courier = Talk("http://hub.invalid", tmp_path, HTTP_PROXY="http://127.0.0.1:1", NO_PROXY="hub.invalid")
        assert kind_of(courier.ask(protocol.Search, text="tiny")) is HubFailure.NAME_NOT_FOUND
        courier.end()
