"""Deleted means gone: looked for in the decrypted pages, free ones included."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from desktop.domain.chat import FinishReason, Status
from desktop.storage import pages
from desktop.storage.connection import side_files
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from tests.storage.conftest import KEY, Ask, text

MARKERS = ("xylophonequestion", "xylophoneanswer", "xylophonetitle", "xylophonedraft", "xylophonehalf")


def decrypted_pages(path: Path) -> bytes:
    """Every page as it is, used or free: an SQL export would leave out just the places that matter."""
    raw = path.read_bytes()
    plain: list[bytes] = []
    for number, start in enumerate(range(0, len(raw), pages.PAGE)):
        page = raw[start : start + pages.PAGE]
        nonce = page[-80:-64]
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(nonce)).decryptor()
        plain.append(decryptor.update(page[16 if number == 0 else 0 : -80]))
    return b"".join(plain)


def found_in(path: Path) -> set[str]:
    content = decrypted_pages(path).lower()
    return {marker for marker in MARKERS if marker.encode() in content}


def test_a_purged_chat_leaves_no_word_in_any_page(
    chats: Conversations, ask: Ask, database: Database, file: Path
) -> None:
    for number in range(30):
        _, _, answer = ask(f"something else {number} " + "and other words " * 30)
        chats.finish(answer.id, text("other answer " * 50), Status.COMPLETE, FinishReason.END, None)
    chat, _, answer = ask("xylophonequestion " * 300, title="xylophonetitle")
    chats.checkpoint(answer.id, text("xylophonehalf " * 600))
    chats.finish(answer.id, text("xylophoneanswer " * 900), Status.COMPLETE, FinishReason.END, None)
    _, _, running = ask("xylophonequestion two", chat, answer)
    chats.save_draft(chat.id, "xylophonedraft")
    chats.checkpoint(running.id, text("xylophonehalf"))
    for number in range(30):
        ask(f"later {number} " + "and later words " * 30)
    database.checkpoint()
    assert found_in(file) == set(MARKERS)  # or this test would prove nothing
    chats.delete(chat.id)
    assert chats.purge_deleted() == 1
    assert side_files(file)[0].stat().st_size == 0
    assert found_in(file) == set()


def test_a_sent_draft_and_a_settled_checkpoint_leave_nothing_either(
    chats: Conversations, ask: Ask, database: Database, file: Path
) -> None:
    chats.save_draft(None, "xylophonedraft " * 1000)
    _, _, answer = ask("something else")
    chats.checkpoint(answer.id, text("xylophonehalf " * 1000))
    chats.finish(answer.id, text("another end"), Status.COMPLETE, FinishReason.END, None)
    database.checkpoint()
    assert found_in(file) == set()
