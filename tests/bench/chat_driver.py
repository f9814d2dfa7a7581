"""A house that answers one question for each line of stdin and says how long it took, from sending to the last word on
disk: ``python -m tests.bench.chat_driver keyed|unkeyed``."""

from __future__ import annotations

import os
import sys
import time

TOKENS = 80


def main() -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from tests.bench.ours import a_house
    from tests.fixtures.unkeyed import use_no_key

    if sys.argv[1] == "unkeyed":
        use_no_key()
    with a_house() as ours:
        print("ready", flush=True)
        for question in sys.stdin:
            ours.house.chats.new_chat()
            began = time.perf_counter()
            ours.ask(question.strip(), TOKENS)
            print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
