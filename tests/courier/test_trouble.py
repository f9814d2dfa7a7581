"""A hub that misbehaves: each way ends in its own kind, with nothing wrong on the disk, and carries on afterwards."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from desktop.courier import protocol
from desktop.domain.hub import HubFailure as Kind
from tests.courier.conftest import FILE, REPO, Talk, has_no_kept_files, kind_of, model
from tests.fixtures.hub import Answering, FakeHub

DATA = model(700_000)
HALF = 350_000


def status(code: int, **headers: str) -> Callable[[Answering], object]:
    return lambda asked: asked.answer(code, b"no", **headers)


def to(place: str, code: int = 302) -> Callable[[Answering], object]:
    return lambda asked: asked.answer(code, Location=place)


def page(asked: Answering) -> None:
    asked.answer(200, b"<html>Log in, dear guest</html>", Content_Type="text/html; charset=utf-8")


def silence(asked: Answering) -> None:
    time.sleep(1.5)
    asked.close_connection = True


def silence_in_the_body(asked: Answering) -> None:
    begin(asked, len(DATA))
    asked.wfile.write(DATA[:1000])
    silence(asked)


def drip(asked: Answering) -> None:
    begin(asked, len(DATA))
    for at in range(60):
        asked.wfile.write(DATA[at : at + 1])
        time.sleep(0.05)
    asked.close_connection = True


def reset(asked: Answering) -> None:
    asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.connection.close()
    asked.close_connection = True


def begin(asked: Answering, length: int, code: int = 200, **headers: str) -> None:
    asked.send_response(code)
    for name, value in headers.items():
        asked.send_header(name.replace("_", "-"), value)
    asked.send_header("Content-Length", str(length))
    asked.end_headers()


def unmeasured(data: bytes) -> Callable[[Answering], object]:
    """A body that ends with its connection."""

    def answer(asked: Answering) -> None:
        asked.send_response(200)
        asked.send_header("Connection", "close")
        asked.end_headers()
        asked.wfile.write(data)
        asked.close_connection = True

    return answer


def garbage(asked: Answering) -> None:
    asked.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")
    asked.close_connection = True


REFUSED = {
    "401": ("hub", status(401), Kind.LOGIN),
    "403 gated": ("hub", status(403, X_Error_Code="GatedRepo"), Kind.GATED),
    "403": ("hub", status(403), Kind.GATED),
    "404": ("hub", status(404, X_Error_Code="EntryNotFound"), Kind.NOT_FOUND),
    "410": ("hub", status(410), Kind.NOT_FOUND),
    "404 of the files": ("files", status(404), Kind.NOT_FOUND),
    "407": ("hub", status(407), Kind.PROXY),
    "429": ("hub", status(429), Kind.BUSY),
    "500": ("hub", status(500), Kind.SERVER),
    "502": ("files", status(502), Kind.SERVER),
    "503": ("files", status(503), Kind.SERVER),
    "418": ("hub", status(418), Kind.WRONG_ANSWER),
    "204": ("hub", lambda asked: asked.answer(204), Kind.WRONG_ANSWER),
    "no answer": ("hub", silence, Kind.TIMEOUT),
    "no answer of the files": ("files", silence, Kind.TIMEOUT),
    "silence in the body": ("files", silence_in_the_body, Kind.TIMEOUT),
    "a drip": ("files", drip, Kind.TOO_SLOW),
    "a reset": ("files", reset, Kind.CUT),
    "no HTTP": ("files", garbage, Kind.CUT),
    "a gzip body": ("files", lambda asked: asked.file(DATA, Content_Encoding="gzip"), Kind.COMPRESSED),
    "a page of the network": ("hub", page, Kind.CAPTIVE),
    "a page for a file": ("files", page, Kind.CAPTIVE),
    "a login of the network": ("hub", status(511), Kind.CAPTIVE),
    "no model": ("files", lambda asked: asked.file(b"PK" + DATA[2:]), Kind.NOT_A_MODEL),
    "a longer file": ("files", lambda asked: asked.file(DATA + b"more"), Kind.WRONG_ANSWER),
    "a shorter file": ("files", lambda asked: asked.file(DATA[:-4]), Kind.WRONG_ANSWER),
    "a short body": ("files", unmeasured(DATA[:1000]), Kind.CUT),
    "a circle": ("hub", lambda asked: asked.answer(302, Location=asked.path), Kind.REDIRECT),
    "to a file": ("hub", to("file:///etc/passwd"), Kind.REDIRECT),
    "to another protocol": ("hub", to("ftp://127.0.0.1/x"), Kind.REDIRECT),
    "to nowhere": ("hub", to("http://127.0.0.1:1/x"), Kind.NO_CONNECTION),
    "to no name": ("hub", to("http://nowhere.invalid/x"), Kind.NAME_NOT_FOUND),
    "wrong bytes": ("files", lambda asked: asked.file(DATA[:-1] + b"!"), Kind.WRONG_FINGERPRINT),
}


@pytest.mark.parametrize("case", REFUSED)
def test_trouble_has_its_own_kind_and_what_comes_after_it_is_whole(hub: FakeHub, courier: Talk, case: str) -> None:
    hub.add(REPO, files={FILE: DATA})
    where, do, kind = REFUSED[case]
    hub.trouble(where, do)  # type: ignore[arg-type]
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is kind
    assert not (courier.folder / FILE).exists()
    hub.troubles.clear()
    whole(hub, courier)


def whole(hub: FakeHub, courier: Talk, data: bytes = DATA) -> None:
    answer = courier.ask(protocol.Download, **courier.download(data))
    assert isinstance(answer, protocol.Downloaded), answer
    assert [each.name for each in courier.folder.iterdir()] == [FILE]
    assert (courier.folder / FILE).read_bytes() == data


@pytest.mark.parametrize("case", ["429", "500", "a reset", "no answer", "a short body", "a drip"])
def test_what_passes_is_tried_again(hub: FakeHub, courier: Talk, case: str) -> None:
    hub.add(REPO, files={FILE: DATA})
    where, do, kind = REFUSED[case]
    hub.trouble(where, do, times=1)  # type: ignore[arg-type]
    whole(hub, courier)
    waits = [each for each in courier.heard if isinstance(each, protocol.Progress) and each.because]
    assert (waits[0].because, waits[0].phase) == (kind, "waiting")


def test_a_hub_that_says_how_long_is_believed(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    hub.trouble("hub", status(429, Retry_After="1"), times=1)
    whole(hub, courier)
    waits = [each.wait for each in courier.heard if isinstance(each, protocol.Progress) and each.because]
    assert waits[0] == 1.0
    hub.trouble("hub", status(429, Retry_After="77"))
    assert courier.ask(protocol.Search, text="x").retry_after == 77.0


def cut_in_the_middle(hub: FakeHub) -> None:
    hub.trouble("files", lambda asked: asked.file(DATA, most=HALF), times=1)


def test_a_body_that_is_cut_goes_on_where_it_was(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    cut_in_the_middle(hub)
    whole(hub, courier)
    ranges = [each.headers.get("range") for each in hub.seen if each.where == "files"]
    assert ranges == [None, f"bytes={HALF}-{len(DATA) - 1}"]
    assert hub.sent == len(DATA)


def test_a_server_without_ranges_sends_it_all_again(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    cut_in_the_middle(hub)
    hub.trouble("files", lambda asked: asked.file(DATA, ranges=False))
    whole(hub, courier)
    assert hub.sent == HALF + len(DATA)


def test_another_range_than_asked_for_is_not_taken(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    cut_in_the_middle(hub)

    def other(asked: Answering) -> None:
        begin(asked, len(DATA) - 1000, 206, Content_Range=f"bytes 1000-{len(DATA) - 1}/{len(DATA)}")
        asked.wfile.write(DATA[1000:])

    hub.trouble("files", other, times=1)
    assert kind_of(courier.ask(protocol.Download, **courier.download(DATA))) is Kind.WRONG_ANSWER
    hub.troubles.clear()
    whole(hub, courier)
    assert hub.sent == len(DATA)


def test_a_file_that_changes_between_two_parts_is_begun_again_and_said_so(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    hub.trouble("files", lambda asked: asked.file(model(len(DATA), seed=2), most=HALF, etag='"old"'), times=1)
    hub.trouble("files", lambda asked: asked.file(DATA, etag='"new"'))
    whole(hub, courier)
    reasons = [each.because for each in courier.heard if isinstance(each, protocol.Progress) and each.because]
    assert reasons[0] is Kind.CUT
    assert Kind.CHANGED in reasons


def test_more_than_was_promised_is_not_written(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    hub.trouble("files", unmeasured(DATA + bytes(100_000)))
    whole(hub, courier)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../up.gguf",
            "a/../../up.gguf",
            "/etc/up.gguf",
            "a//b.gguf",
            "nul\0.gguf",
            "CON.gguf",
            "NUL.gguf",
            "com1.gguf",
        ),
        *(
            "x" * 300 + ".gguf",
            "\u0430bc.gguf",
            "a\u202efugg.gguf",
            "a:b.gguf",
            "back\\slash.gguf",
            ".gguf",
            "model.exe",
        ),
    ],
)
def test_a_name_that_could_do_harm_is_refused_before_anything_is_asked(hub: FakeHub, courier: Talk, name: str) -> None:
    asked = courier.download(DATA) | {"file": name}
    assert kind_of(courier.ask(protocol.Download, **asked)) is Kind.NAME_REFUSED
    assert (hub.seen, has_no_kept_files(courier.folder)) == ([], True)


@pytest.mark.parametrize("target", ["/tmp/up.gguf", "{folder}/../up.gguf", "{folder}/none/up.gguf"])
def test_a_target_elsewhere_is_refused(hub: FakeHub, courier: Talk, target: str) -> None:
    asked: dict[str, Any] = courier.download(DATA) | {"target": target.format(folder=courier.folder)}
    assert kind_of(courier.ask(protocol.Download, **asked)) is Kind.NOT_WRITABLE
    assert hub.seen == []


def test_an_answer_without_end_is_not_taken_in(hub: FakeHub, courier: Talk) -> None:
    def endless(asked: Answering) -> None:
        asked.send_response(200)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Connection", "close")
        asked.end_headers()
        while True:
            asked.wfile.write(bytes(1 << 20))

    hub.trouble("hub", endless)
    assert kind_of(courier.ask(protocol.Search, text="x")) is Kind.TOO_LARGE


@pytest.mark.parametrize("body", [b"no JSON", b"[]x", b'{"id": 3}', b"[3]", b'[{"no": "id"}]', b"null"])
def test_lists_and_descriptions_that_make_no_sense_are_told_as_such(hub: FakeHub, courier: Talk, body: bytes) -> None:
    hub.trouble("hub", lambda asked: asked.answer(200, body, Content_Type="application/json"))
    assert kind_of(courier.ask(protocol.Search, text="x")) is Kind.WRONG_ANSWER
    assert kind_of(courier.ask(protocol.Describe, repo=REPO)) is Kind.WRONG_ANSWER


def test_whatever_is_waited_for_can_be_stopped(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    hub.trouble("hub", lambda asked: time.sleep(5))
    number = courier.begin(protocol.Search, text="x")
    courier.until(protocol.Connection)
    courier.say(protocol.Cancel(number))
    assert kind_of(courier.answer(number)) is Kind.STOPPED


def test_a_small_file_has_no_fingerprint_and_is_not_downloaded(hub: FakeHub, courier: Talk) -> None:
    hub.add(REPO, files={FILE: DATA})
    asked = courier.download(DATA) | {"sha256": ""}
    assert kind_of(courier.ask(protocol.Download, **asked)) is Kind.WRONG_ANSWER
