"""The courier's only way out: every connection of every library is made, counted, watched and cut here.

``Network.client`` gives the httpx2 client that both the downloader and huggingface_hub use. Below it lies a backend of
httpcore2 that makes the sockets. A thread says what it works for (``Errand``); that is what the ledger gets. No
connection is used twice, so that each entry has one purpose. Bytes are counted as HTTP sees them, within TLS.
"""

from __future__ import annotations

import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from queue import Empty, SimpleQueue
from typing import Any

import httpcore2
import httpx2
import truststore

from desktop import __version__
from desktop.courier.failing import Failure, stopped
from desktop.courier.tally import Tallies, Tally
from desktop.courier.ways import Ways
from desktop.domain.hub import HubFailure

CONNECT_S, READ_S, WRITE_S = 15.0, 20.0, 20.0
LOOK_S = 0.1
"""How often a thread that waits for a connection looks whether it is still wanted."""
MOST_REDIRECTS = 10
_PORTS = {"https": 443, "http": 80}


class Errand:
    """What a thread uses the network for. ``stop`` cuts its connections, from any thread."""

    def __init__(self, purpose: str, allowed_by: str, most: int | None = None, seconds: float | None = None) -> None:
        self.purpose = purpose
        self.allowed_by = allowed_by
        self.stopped = threading.Event()
        self._left = most
        """Bytes that it may still receive; None: it counts them itself."""
        self._until = None if seconds is None else time.monotonic() + seconds
        self._lock = threading.Lock()
        self._cuts: list[Callable[[], None]] = []

    def stop(self) -> None:
        self.stopped.set()
        with self._lock:
            for cut in self._cuts:
                cut()

    def check(self) -> None:
        """Raises:
        Failure: it was stopped, or has taken too long.
        """
        if self.stopped.is_set():
            raise stopped()
        if self._until is not None and time.monotonic() > self._until:
            raise Failure(HubFailure.TIMEOUT, "the whole answer took too long")

    def received(self, count: int) -> None:
        """Raises:
        Failure: that is more than it may receive.
        """
        if self._left is not None:
            self._left -= count
            if self._left < 0:
                raise Failure(HubFailure.TOO_LARGE)

    @contextmanager
    def cut_by(self, cut: Callable[[], None]) -> Generator[None]:
        """``cut`` is called when the errand is stopped in the meantime."""
        self.add(cut)
        try:
            yield
        finally:
            self.remove(cut)

    def add(self, cut: Callable[[], None]) -> None:
        with self._lock:
            self._cuts.append(cut)
        if self.stopped.is_set():
            cut()

    def remove(self, cut: Callable[[], None]) -> None:
        with self._lock, suppress(ValueError):
            self._cuts.remove(cut)


class Network:
    """The way out of one courier."""

    def __init__(self, ways: Ways, tallies: Tallies, context: ssl.SSLContext | None = None) -> None:
        self.ways = ways
        self._tallies = tallies
        self._context = context or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._on = threading.local()
        self._proxies = urllib.request.getproxies()
        self._transports: dict[str, httpx2.HTTPTransport] = {}
        self._lock = threading.Lock()

    @contextmanager
    def on(self, errand: Errand) -> Generator[Errand]:
        """This thread works for ``errand`` in the meantime."""
        self._on.errand = errand
        try:
            yield errand
        finally:
            self._on.errand = None

    @property
    def errand(self) -> Errand:
        """What this thread works for.

        Raises:
            Failure: nobody said, so it connects to nothing.
        """
        errand: Errand | None = getattr(self._on, "errand", None)
        if errand is None:
            raise Failure(HubFailure.REDIRECT, "a connection that nobody asked for")
        return errand

    def client(self) -> httpx2.Client:
        """A client that goes through here. It knows no cookies, and nothing of this computer's user."""
        return httpx2.Client(
            transport=_Transport(self),
            headers={"accept-encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S, write=WRITE_S, pool=None),
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            trust_env=False,
        )

    def send(self, request: httpx2.Request) -> httpx2.Response:
        """One request of a client, if it goes where the courier may go."""
        errand, url = self.errand, request.url
        errand.check()
        refusal = self.ways.refusal(url.scheme, url.host)
        if refusal:
            self._tallies.refused(url.host, url.port or _PORTS.get(url.scheme, 0), errand.purpose, refusal)
            raise Failure(HubFailure.REDIRECT, f"{url.scheme}://{url.host}: {refusal}")
        if not self.ways.is_endpoint(url.scheme, url.host, url.port):
            request.headers.pop("authorization", None)
        request.headers["user-agent"] = f"snug/{__version__}"
        return self._transport(url).handle_request(request)

    def connect(
        self, host: str, port: int, timeout: float | None, options: Iterable[httpcore2.SOCKET_OPTION] | None
    ) -> httpcore2.NetworkStream:
        """A socket, in the ledger."""
        errand = self.errand
        tally = self._tallies.opened(host, port, errand.purpose, errand.allowed_by)
        try:
            stream = _connected(errand, lambda: httpcore2.SyncBackend().connect_tcp(host, port, timeout, None, options))
        except Exception:
            tally.over(worked=False)
            raise
        return _Stream(stream, errand, tally)

    def _transport(self, url: httpx2.URL) -> httpx2.HTTPTransport:
        known = self._proxies.get(url.scheme) or self._proxies.get("all", "")
        proxy = "" if urllib.request.proxy_bypass(url.host) else known
        with self._lock:
            if proxy not in self._transports:
                limits = httpx2.Limits(max_keepalive_connections=0)
                transport = httpx2.HTTPTransport(
                    verify=self._context, trust_env=False, limits=limits, proxy=proxy or None
                )
                # httpx2 has no door for this; httpcore2, whose pool it is, takes it as an argument.
                transport._pool._network_backend = _Backend(self)  # pyright: ignore[reportPrivateUsage]
                self._transports[proxy] = transport
            return self._transports[proxy]


class _Transport(httpx2.BaseTransport):
    def __init__(self, network: Network) -> None:
        self._network = network

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._network.send(request)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, network: Network) -> None:
        self._network = network

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        return self._network.connect(host, port, timeout, socket_options)


def _connected(errand: Errand, connect: Callable[[], httpcore2.NetworkStream]) -> httpcore2.NetworkStream:
    """What ``connect`` gives, unless the errand is stopped before: looking up a name cannot be cut, only left."""
    results: SimpleQueue[httpcore2.NetworkStream | Exception] = SimpleQueue()

    def attempt() -> None:
        try:
            stream = connect()
        except Exception as error:
            results.put(error)
            return
        results.put(stream)
        if errand.stopped.is_set():
            stream.close()

    threading.Thread(target=attempt, name="connecting", daemon=True).start()
    while True:
        errand.check()
        try:
            result = results.get(timeout=LOOK_S)
        except Empty:
            continue
        if isinstance(result, Exception):
            raise result
        return result


class _Stream(httpcore2.NetworkStream):
    """A connection that is counted, and cut when its errand is stopped."""

    def __init__(self, stream: httpcore2.NetworkStream, errand: Errand, tally: Tally, spare: Any = None) -> None:
        self._stream = stream
        self._errand = errand
        self._tally = tally
        # TLS takes the socket away from its object; a second one stays for cutting.
        self._spare = spare or stream.get_extra_info("socket").dup()
        errand.add(self._cut)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._watched():
            data = self._stream.read(max_bytes, timeout)
            self._tally.received(len(data))
            self._errand.received(len(data))
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._watched():
            self._stream.write(buffer, timeout)
            self._tally.sent(len(buffer))

    def close(self) -> None:
        self._errand.remove(self._cut)
        self._stream.close()
        self._spare.close()
        self._tally.over()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            with self._watched():
                inner = self._stream.start_tls(ssl_context, server_hostname, timeout)
        except Exception:
            self.close()
            raise
        self._errand.remove(self._cut)
        return _Stream(inner, self._errand, self._tally, self._spare)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    @contextmanager
    def _watched(self) -> Generator[None]:
        try:
            self._errand.check()
            yield
            self._errand.check()
        except Exception:
            if self._errand.stopped.is_set():
                raise stopped() from None
            self._tally.failed()
            raise

    def _cut(self) -> None:
        import socket

        with suppress(OSError):
            self._spare.shutdown(socket.SHUT_RDWR)
