"""What can be typed after ``snug``. Standard library only, so that ``--help`` and mistakes answer at once."""

from __future__ import annotations

import argparse

from desktop import __version__

EPILOGUE = (
    "Without a command the window opens, with the model files that are named: snug FILE.gguf. Everything stays on this "
    "computer."
)


def parse(argv: list[str]) -> argparse.Namespace:
    """Arguments as a namespace; ends the process with status 2 and one sentence where they make no sense."""
    if not argv:
        # The window, as a click on its icon starts it: no need to make a parser for every command.
        return argparse.Namespace(command=None, action=None, data_dir=None, json=False, files=[])

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data-dir", metavar="DIR", default=argparse.SUPPRESS, help="where chats and models live")
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="one JSON object a line instead of text"
    )
    if (opening := _with_files(argv, common)) is not None:
        return opening
    from desktop.domain.benchmark import REPETITIONS

    parser = argparse.ArgumentParser(
        prog="snug",
        description="Talk to open-weight language models on your own computer, offline.",
        epilog=EPILOGUE,
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"Snug {__version__}")
    parser.add_argument(
        "--selftest",
        dest="command",
        action="store_const",
        const="selftest",
        help="try every part of Snug, in a folder that is gone afterwards",
    )
    parser.set_defaults(command=None, action=None)
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")

    ask = commands.add_parser("ask", parents=[common], help="ask one question; the answer streams")
    ask.add_argument("prompt", metavar="PROMPT", help="the question; - reads it from standard input")
    _answering(ask)

    chat = commands.add_parser("chat", parents=[common], help="talk in the terminal")
    _answering(chat)

    chats = commands.add_parser("chats", parents=[common], help="list, show, search, file and delete chats")
    actions = _actions(chats)
    listing = actions.add_parser("list", parents=[common], help="all chats, newest first")
    listing.add_argument("--folder", metavar="NAME", help="those in this folder")
    show = actions.add_parser("show", parents=[common], help="one chat, whole")
    show.add_argument("chat", type=_id, metavar="ID")
    search = actions.add_parser("search", parents=[common], help="find words in all chats")
    search.add_argument("words", nargs="+", metavar="WORD")
    delete = actions.add_parser("delete", parents=[common], help="delete a chat for good")
    delete.add_argument("chat", type=_id, metavar="ID")
    delete.add_argument("--yes", action="store_true", help="do not ask")

    _filing(actions, common)

    models = commands.add_parser("models", parents=[common], help="the models on this computer")
    actions = _actions(models)
    actions.add_parser("list", parents=[common], help="the models that Snug knows")
    add = actions.add_parser("add", parents=[common], help="use a .gguf file, or those in a folder")
    add.add_argument("path", metavar="PATH")
    add.add_argument("--copy", action="store_true", help="copy into the models folder; else files stay where they are")
    add.add_argument("--template", metavar="NAME", help="built-in chat template, for a file that has none")
    adopt = actions.add_parser("adopt", parents=[common], help="use what other programs have on this computer")
    adopt.add_argument("app", nargs="?", default="", metavar="PROGRAM", help="whose; else say what there is")
    _hub(actions, common)
    for name, words in (
        ("verify", "read a model's files to their end and compare with the publisher's fingerprint"),
        ("remove", "forget a model; its file stays"),
    ):
        one = actions.add_parser(name, parents=[common], help=words)
        one.add_argument("model", metavar="MODEL", help="name or number")
    check = actions.add_parser("check", parents=[common], help="look at a model's file before it is opened")
    check.add_argument("model", metavar="MODEL", help="name or number")
    check.add_argument("--online", action="store_true", help="ask the hub whether the publisher has replaced it")
    check.add_argument("--allow", action="store_true", help="open it in spite of what was found")
    rename = actions.add_parser("rename", parents=[common], help="call a model something else")
    rename.add_argument("model", metavar="MODEL", help="name or number")
    rename.add_argument("name", metavar="NAME", help="empty: what its file is called")

    shrink = actions.add_parser("shrink", parents=[common], help="make a smaller copy of a model kept in full")
    shrink.add_argument("model", metavar="MODEL", help="name or number")
    shrink.add_argument("--to", default="", metavar="QUANT", help="such as Q4_K_M; else say what can be made")

    bench = commands.add_parser("bench", parents=[common], help="measure how fast a model reads and writes here")
    bench.add_argument("model", nargs="?", default="", metavar="MODEL", help="name, number or path; else the last one")
    bench.add_argument(
        "--context", type=_lengths, default=(), metavar="N,N,…", help="tokens in the context to measure with"
    )
    bench.add_argument("--repeat", type=_positive, default=REPETITIONS, metavar="N", help="measure each so many times")
    bench.add_argument("--markdown", action="store_true", help="print the result as Markdown")

    ledger = commands.add_parser("ledger", parents=[common], help="every connection that was made or refused")
    ledger.add_argument("--csv", action="store_true", help="as a table for other programs")

    vault = commands.add_parser("vault", parents=[common], help="how the chats are opened, and their backups")
    actions = _actions(vault)
    actions.add_parser("status", parents=[common], help="what opens the chats")
    actions.add_parser("lock", parents=[common], help="lock the window that is open")
    passphrase = actions.add_parser("passphrase", parents=[common], help="set or change the passphrase")
    passphrase.add_argument("--remove", action="store_true", help="open by the keychain alone")
    recovery = actions.add_parser("recovery", parents=[common], help="make a new recovery key and show it")
    recovery.add_argument("--saved", action="store_true", help="it is written down: forget the one before")
    backup = actions.add_parser("backup", parents=[common], help="make a backup, verified and encrypted")
    backup.add_argument("file", nargs="?", metavar="FILE", help="where to; else among the automatic ones")
    verify = actions.add_parser("verify", parents=[common], help="read backups to their end and count")
    verify.add_argument("file", nargs="?", metavar="FILE", help="one backup; else all of them")
    restore = actions.add_parser("restore", parents=[common], help="put a backup in the place of the chats")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--yes", action="store_true", help="do not ask")

    licences = commands.add_parser("licences", parents=[common], help="of all that comes with Snug, and their texts")
    licences.add_argument("name", nargs="?", default="", metavar="NAME", help="show this one's text")

    commands.add_parser("doctor", parents=[common], help="this computer, where data lives, how it is protected")

    result = parser.parse_args(argv)
    if result.command == "bench" and result.markdown and getattr(result, "json", False):
        bench.error("--markdown and --json do not go together")
    return _whole_space(result)


def _with_files(argv: list[str], common: argparse.ArgumentParser) -> argparse.Namespace | None:
    """The window with model files, where that is what was typed: as the desktop does it for a double click."""
    from desktop.cli import files

    values = {"--data-dir"}
    words = [word for before, word in zip(["", *argv], argv, strict=False) if before not in values]
    first = next((word for word in words if not word.startswith("-") or word == "--"), "")
    if not (first == "--" or files.is_file(first)):
        return None
    parser = argparse.ArgumentParser(prog="snug", parents=[common], description="Open Snug with model files.")
    parser.add_argument("files", nargs="+", metavar="FILE.gguf", type=files.path_of)
    parser.set_defaults(command=None, action=None)
    return _whole_space(parser.parse_args(argv))


def _whole_space(result: argparse.Namespace) -> argparse.Namespace:
    """With what nobody typed."""
    untyped: dict[str, object] = {"data_dir": None, "json": False, "files": []}
    for name, value in untyped.items():
        if not hasattr(result, name):
            setattr(result, name, value)
    return result


def _filing(actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:  # pyright: ignore[reportPrivateUsage]
    """Folders of chats."""
    actions.add_parser("folders", parents=[common], help="the folders, how many chats are in each, and their rules")
    folder = actions.add_parser("folder", parents=[common], help="make a folder, or change one")
    folder.add_argument("name", metavar="NAME")
    folder.add_argument("--rename", metavar="NAME", help="call it something else")
    what = folder.add_mutually_exclusive_group()
    what.add_argument("--keep", type=_positive, metavar="DAYS", help="delete chats so many days after their last word")
    what.add_argument("--for-ever", action="store_true", help="keep chats until they are deleted")
    what.add_argument("--never-store", action="store_true", help="chats in it are never written down")
    what.add_argument("--delete", action="store_true", help="delete the folder; its chats stay")
    what.add_argument("--delete-chats", action="store_true", help="delete the folder and its chats for good")
    folder.add_argument("--yes", action="store_true", help="do not ask")
    move = actions.add_parser("move", parents=[common], help="put a chat into a folder, or out of one")
    move.add_argument("chat", type=_id, metavar="ID")
    where = move.add_mutually_exclusive_group(required=True)
    where.add_argument("folder", nargs="?", metavar="FOLDER", help="its name")
    where.add_argument("--none", action="store_true", help="out of any folder")
    move.add_argument("--yes", action="store_true", help="do not ask")


def _hub(actions: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:  # pyright: ignore[reportPrivateUsage]
    """What asks the hub."""
    from desktop.domain.hub import Sort

    search = actions.add_parser("search", parents=[common], help="ask the hub for models")
    search.add_argument("words", nargs="*", metavar="WORD")
    search.add_argument("--sort", type=Sort, choices=list(Sort), default=Sort.TRENDING, help="in which order")
    search.add_argument("--limit", type=_page, default=20, metavar="N", help="at most so many, up to 100")
    search.add_argument("--vision", action="store_true", help="those that see pictures")
    search.add_argument("--reasoning", action="store_true", help="those that think first")
    for name, words in (
        ("show", "all that is known of a model, here or on the hub"),
        ("licence", "what a model's licence means; of one on the hub, its text"),
    ):
        one = actions.add_parser(name, parents=[common], help=words)
        one.add_argument("model", metavar="MODEL", help="name, number, or PUBLISHER/NAME on the hub")
    pull = actions.add_parser("pull", parents=[common], help="download a model; the same again goes on with it")
    pull.add_argument("model", metavar="REPO[:QUANT]", help="PUBLISHER/NAME; without QUANT the suggested file")
    pull.add_argument("--draft", action="store_true", help="with the small model that guesses ahead for it")
    pull.add_argument("--token", action="store_true", help="ask for an access token, and use it this time only")
    token = actions.add_parser("token", parents=[common], help="put an access token for the hub into the keychain")
    token.add_argument("--forget", action="store_true", help="take it out again")
    pull.add_argument("--agree", action="store_true", help="agree to the model's own terms")


def _actions(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:  # pyright: ignore[reportPrivateUsage]
    return parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)


def _answering(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--chat", type=_id, metavar="ID", help="go on with this chat")
    where.add_argument("--folder", metavar="NAME", help="begin in this folder; where it never stores, nothing is kept")
    parser.add_argument("--model", metavar="NAME|PATH", default="", help="model to use")
    parser.add_argument("--template", metavar="NAME", default="", help="built-in chat template for this model")
    parser.add_argument("--system", metavar="TEXT", help="system prompt of the chat")
    parser.add_argument(
        "--at-limit", choices=("drop", "stop", "summarise"), help="what the chat does when memory is full"
    )
    parser.add_argument("--max-tokens", type=_positive, metavar="N", help="at most so many new tokens")
    parser.add_argument("--temperature", type=_temperature, metavar="T", help="0 always takes the likeliest token")
    parser.add_argument("--seed", type=_seed, metavar="N", help="the same seed gives the same answer")


def _id(text: str) -> int:
    return _whole(text, 1, 1 << 62, "a number of a chat")


def _positive(text: str) -> int:
    return _whole(text, 1, 1 << 31, "a whole number above 0")


def _page(text: str) -> int:
    return _whole(text, 1, 100, "a whole number from 1 to 100")


def _lengths(text: str) -> tuple[int, ...]:
    return tuple(_positive(number) for number in text.split(","))


def _seed(text: str) -> int:
    return _whole(text, 0, (1 << 32) - 2, "a whole number from 0 to 4294967294")


def _whole(text: str, low: int, high: int, what: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return number


def _temperature(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 5.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 5")
    return number
