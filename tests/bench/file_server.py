"""Serves one file as fast as the system can: ``python -m tests.bench.file_server FILE``; prints its port."""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    file: Path

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        size = self.file.stat().st_size
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"one"')
        self.end_headers()
        with self.file.open("rb") as source:
            at = 0
            while at < size:
                at += os.sendfile(self.connection.fileno(), source.fileno(), at, size - at)


if __name__ == "__main__":
    Handler.file = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
