"""The yardstick: ``llama_cpp.Llama`` in a bare script, as its documentation shows it.

Reads questions from stdin, one per line; prints for each the seconds to its first word and the speed after it.
``python -m tests.bench.bare_llama MODEL THREADS CONTEXT TOKENS``
"""

from __future__ import annotations

import json
import sys
import time

from llama_cpp import Llama


def main() -> None:
    path, threads, context, tokens = sys.argv[1], *map(int, sys.argv[2:5])
    llama = Llama(path, n_ctx=context, n_threads=threads, n_threads_batch=threads, n_batch=512, verbose=False)
    messages: list[dict[str, str]] = []
    print("ready", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if question is None:
            llama.reset()
            messages = []
            print("{}", flush=True)
            continue
        messages.append({"role": "user", "content": question})
        asked = time.perf_counter()
        times: list[float] = []
        answer = ""
        for chunk in llama.create_chat_completion(messages, stream=True, temperature=0.0, max_tokens=tokens):
            delta = chunk["choices"][0]["delta"].get("content")
            if delta:
                times.append(time.perf_counter())
                answer += delta
        messages.append({"role": "assistant", "content": answer})
        speed = (len(times) - 1) / (times[-1] - times[0])
        print(json.dumps({"first_s": times[0] - asked, "speed": speed, "tokens": len(times)}), flush=True)


if __name__ == "__main__":
    main()
