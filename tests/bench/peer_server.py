"""The peer: llama.cpp's own server, asked as its web page asks it. Speaks as ``bare_llama`` does.

``python -m tests.bench.peer_server SERVER MODEL THREADS CONTEXT TOKENS``
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time


class Server:
    """The server's process, and one connection to it."""

    def __init__(self, program: str, model: str, threads: str, context: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        flags = ["-m", model, "-t", threads, "-c", context, "-b", "512", "-ub", "512", "-np", "1", "--no-webui"]
        where = ["--host", "127.0.0.1", "--port", str(self._port)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen([program, *flags, *where], stdout=quiet, stderr=quiet)
        while not self._healthy():
            time.sleep(0.05)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def ask(self, messages: list[dict[str, str]], tokens: int) -> tuple[str, list[float]]:
        """The answer, and the moments at which its words came, from the moment of asking."""
        body = {"messages": messages, "stream": True, "temperature": 0.0, "max_tokens": tokens}
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        text, times = "", []
        asked = time.perf_counter()
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        for line in connection.getresponse():
            if not line.startswith(b"data: {"):
                continue
            said = json.loads(line[6:])
            delta = said["choices"][0]["delta"].get("content") if said["choices"] else None
            if delta:
                times.append(time.perf_counter() - asked)
                text += delta
        connection.close()
        return text, times

    def _healthy(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self._port)
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False


def main() -> None:
    program, model, threads, context, tokens = sys.argv[1:]
    server = Server(program, model, threads, context)
    messages: list[dict[str, str]] = []
    print("ready", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if question is None:
            messages = []
            print("{}", flush=True)
            continue
        messages.append({"role": "user", "content": question})
        answer, times = server.ask(messages, int(tokens))
        messages.append({"role": "assistant", "content": answer})
        speed = (len(times) - 1) / (times[-1] - times[0])
        print(json.dumps({"first_s": times[0], "speed": speed, "tokens": len(times)}), flush=True)
    server.close()


if __name__ == "__main__":
    main()
