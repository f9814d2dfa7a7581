"""What a courier answers, and what it says to a hub: the real huggingface_hub against a hub on this computer."""

from __future__ import annotations

import getpass
import os
import platform
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from desktop.child import evidence
from desktop.child.evidence import Process
from desktop.courier import protocol
from desktop.domain.gguf import read_header
from desktop.domain.hub import Abilities, HubFailure, RemoteFile, Sort
from tests.courier.conftest import FILE, REPO, Talk, kind_of, model
from tests.fixtures.hub import COMMIT, FakeHub, fingerprint


def names(found: protocol.Found) -> list[str]:
    return [each.repo.partition("/")[2] for each in found.models]


def test_models_are_found_by_words_with_what_the_hub_knows_of_them(hub: FakeHub, courier: Talk) -> None:
    hub.add("maker/Small-GGUF", downloads=5, likes=2, gguf={"total": 135, "architecture": "llama", "context_length": 8})
    hub.add("maker/Other-GGUF")
    found = courier.ask(protocol.Search, text="small")
    (small,) = found.models
    assert (small.repo, small.downloads, small.likes) == ("maker/Small-GGUF", 5, 2)
    assert (small.architecture, small.parameters, small.context_length) == ("llama", 135, 8)
    assert (small.licence, small.gated, small.task) == ("apache-2.0", False, "text-generation")
    assert small.updated_at > small.created_at > 0


def test_only_repositories_with_models_are_asked_for(hub: FakeHub, courier: Talk) -> None:
    hub.add("maker/Weights", tags=["safetensors"])
    assert courier.ask(protocol.Search, text="weights").models == ()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [(Sort.DOWNLOADS, ["B", "A"]), (Sort.LIKES, ["A", "B"]), (Sort.UPDATED, ["B", "A"]), (Sort.TRENDING, ["B", "A"])],
)
def test_they_are_sorted_by_the_hub(hub: FakeHub, courier: Talk, sort: Sort, expected: list[str]) -> None:
    hub.add("x/A", downloads=1, likes=2, updated="2026-01-01T00:00:00.000Z")
    hub.add("x/B", downloads=2, likes=1, updated="2026-02-01T00:00:00.000Z")
    assert names(courier.ask(protocol.Search, sort=sort)) == expected
    asked = parse_qs(urlsplit(hub.seen[-1].path).query)["sort"]
    of_the_hub = {Sort.UPDATED: "lastModified", Sort.TRENDING: "trendingScore"}
    assert asked == [of_the_hub.get(sort, sort.value)]


def test_a_list_is_read_page_by_page_and_has_an_end(hub: FakeHub, courier: Talk) -> None:
    for number in range(5):
        hub.add(f"x/M{number}", downloads=9 - number)
    pages: list[list[str]] = []
    cursor = ""
    while True:
        found = courier.ask(protocol.Search, sort=Sort.DOWNLOADS, limit=2, cursor=cursor)
        pages.append(names(found))
        if not (cursor := found.next):
            break
    assert pages == [["M0", "M1"], ["M2", "M3"], ["M4"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Abilities(licence="mit"), ["Mit"]),
        (Abilities(vision=True), ["Sees"]),
        (Abilities(reasoning=True), ["Thinks"]),
        (Abilities(publisher="y"), ["Mit"]),
    ],
)
def test_what_the_hub_can_tell_is_left_to_the_hub(
    hub: FakeHub, courier: Talk, wanted: Abilities, expected: list[str]
) -> None:
    hub.add("y/Mit", tags=["gguf", "license:mit"])
    hub.add("x/Sees", task="image-text-to-text")
    hub.add("x/Thinks", tags=["gguf", "reasoning"])
    assert names(courier.ask(protocol.Search, wanted=wanted)) == expected


def test_a_description_holds_the_files_with_their_fingerprints_and_the_page(hub: FakeHub, courier: Talk) -> None:
    data = model(1000)
    card = {"license": "other", "license_name": "own", "license_link": "LICENSE", "base_model": ["a/b", "c/d"]}
    page = b"---\nlicense: other\n---\n\n# Tiny\n\nA model.\n"
    hub.add(REPO, files={"README.md": page, FILE: data}, card=card, tags=["gguf", "license:other"], gated="manual")
    hub.repos[REPO].gated = False
    description = courier.ask(protocol.Describe, repo=REPO).description
    assert description.revision == COMMIT
    assert description.files == (RemoteFile("README.md", len(page)), RemoteFile(FILE, 1000, fingerprint(data)))
    assert (description.licence_name, description.licence_link) == ("own", "LICENSE")
    assert (description.model.licence, description.base_models) == ("other", ("a/b", "c/d"))
    assert description.readme == "# Tiny\n\nA model."


def test_a_head_is_read_from_afar_as_if_the_file_were_here(hub: FakeHub, courier: Talk, starter: Path) -> None:
    data = starter.read_bytes()
    hub.add(REPO, files={FILE: data})
    peeked = courier.ask(protocol.Peek, repo=REPO, revision=COMMIT, file=FILE, size=len(data))
    assert peeked.header == read_header(starter)
    assert hub.sent < 5 << 20


def test_what_is_no_model_is_told_after_its_first_bytes(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: b"PK" + bytes(9_000_000)})
    answer = courier.ask(protocol.Peek, repo=REPO, revision=COMMIT, file=FILE, size=9_000_002)
    assert kind_of(answer) is HubFailure.NOT_A_MODEL
    assert hub.sent <= 1 << 20


def test_a_licence_is_fetched_and_a_text_without_end_is_not(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={"LICENSE": b"Do what you like.", "long.txt": b"x" * 1_100_000})
    assert courier.ask(protocol.Fetch, repo=REPO, revision=COMMIT, file="LICENSE").text == "Do what you like."
    answer = courier.ask(protocol.Fetch, repo=REPO, revision=COMMIT, file="long.txt")
    assert kind_of(answer) is HubFailure.TOO_LARGE


def test_the_hub_sees_what_was_asked_for_and_not_one_request_more(hub: FakeHub, courier: Talk) -> None:
    data = model(300_000)
    hub.add(REPO, files={"README.md": b"# Hi", "LICENSE": b"L", FILE: data})
    courier.ask(protocol.Search, text="tiny")
    courier.ask(protocol.Describe, repo=REPO)
    courier.ask(protocol.Fetch, repo=REPO, revision=COMMIT, file="LICENSE")
    assert isinstance(courier.ask(protocol.Download, **courier.download(data)), protocol.Downloaded)
    seen = [(each.where, each.method, urlsplit(each.path).path) for each in hub.seen]
    of_file = f"/{REPO}/resolve/{COMMIT}"
    assert seen == [
        ("hub", "GET", "/api/models"),
        ("hub", "GET", f"/api/models/{REPO}/revision/main"),
        ("hub", "GET", f"{of_file}/README.md"),
        ("hub", "GET", f"{of_file}/LICENSE"),
        ("hub", "GET", f"{of_file}/{FILE}"),
        ("files", "GET", f"{of_file}/{FILE}"),
    ]


def test_requests_name_neither_this_computer_nor_its_user(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: model(1000)})
    courier.ask(protocol.Search, text="tiny")
    courier.ask(protocol.Download, **courier.download(model(1000)))
    known = {"host", "accept", "connection", "user-agent", "accept-encoding", "range", "if-range"}
    for each in hub.seen:
        assert set(each.headers) <= known
        assert each.headers["user-agent"].startswith("snug/")
        assert each.headers["accept-encoding"] == "identity"
        said = " ".join([each.path, *each.headers.values()]).lower()
        for word in {platform.node().lower(), getpass.getuser(), os.environ["HOME"].lower(), str(courier.folder)}:
            assert word not in said.replace("127.0.0.1", "")


def test_the_token_is_told_to_the_hub_alone(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: model(1000)})
    courier.say(protocol.Token("hf_secret"))
    courier.ask(protocol.Search, text="tiny")
    courier.ask(protocol.Download, **courier.download(model(1000)))
    courier.say(protocol.Token(""))
    courier.ask(protocol.Search, text="tiny")
    said = [(each.where, each.headers.get("authorization")) for each in hub.seen]
    assert said == [("hub", "Bearer hf_secret")] * 2 + [("files", None), ("hub", None)]
    assert "hf_secret" not in repr(protocol.Token("hf_secret"))


def test_each_connection_is_told_with_its_host_port_purpose_and_bytes(hub: FakeHub, courier: Talk) -> None:
    data = model(300_000)
    hub.add(REPO, files={FILE: data})
    courier.ask(protocol.Download, **courier.download(data, purpose="Download Tiny"))
    told = [each.entry for each in courier.connections()]
    assert [(each.host, each.port) for each in told] == [
        ("127.0.0.1", hub.port("hub")),
        ("127.0.0.1", hub.port("files")),
    ]
    assert {(each.purpose, each.allowed_by, each.result.value) for each in told} == {
        ("Download Tiny", "a test", "done")
    }
    assert 300_000 < told[1].received < 301_000
    assert 100 < told[1].sent < 1000


@pytest.mark.skipif(not evidence.sys.platform.startswith("linux"), reason="the seal")
def test_a_courier_is_sealed_and_its_evidence_says_so(courier: Talk) -> None:
    courier.say(protocol.Probe(77))
    proof = courier.until(protocol.Proof, id=77)
    found = evidence.judge(Process.COURIER, courier.process.pid, proof.facts, proof.attempts)
    assert found.enforced, found.details


def test_a_repository_that_is_not_there_is_told_as_such(hub: FakeHub, courier: Talk) -> None:
    assert kind_of(courier.ask(protocol.Describe, repo="nobody/nothing")) is HubFailure.NOT_FOUND


def test_a_courier_ends_with_its_app(hub: FakeHub, tmp_path: Path) -> None:
    talk = Talk(hub.endpoint, tmp_path)
    talk.until(protocol.Hello)
    assert talk.end() == 0
