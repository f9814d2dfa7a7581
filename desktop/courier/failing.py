"""How the courier's work ends early, as one exception with a kind: from sockets, TLS, answers and the disk."""

from __future__ import annotations

import errno
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpcore2
import httpx2

from desktop.domain.hub import HubFailure

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CODES = {
    "GatedRepo": HubFailure.GATED,
    "RepoNotFound": HubFailure.NOT_FOUND,
    "RevisionNotFound": HubFailure.NOT_FOUND,
    "EntryNotFound": HubFailure.NOT_FOUND,
}
_STATUS = {
    401: HubFailure.LOGIN,
    403: HubFailure.GATED,
    404: HubFailure.NOT_FOUND,
    407: HubFailure.PROXY,
    410: HubFailure.NOT_FOUND,
    429: HubFailure.BUSY,
}
LONGEST_WAIT_S = 3600.0


class Failure(Exception):
    """It could not be done. ``detail`` is technical."""

    def __init__(self, kind: HubFailure, detail: str = "", retry_after: float = 0.0, numbers: tuple[int, ...] = ()):
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
        self.numbers = numbers


def stopped() -> Failure:
    """Somebody said so."""
    return Failure(HubFailure.STOPPED)


def check(response: httpx2.Response, *, page: bool = False) -> None:
    """Nothing, if it is an answer that can be used. ``page``: a web page is no answer here.

    Raises:
        Failure: it is not.
    """
    headers, status = response.headers, response.status_code
    if status in (511,) or (page and headers.get("content-type", "").startswith("text/html") and status < 400):
        raise Failure(HubFailure.CAPTIVE, f"{response.url.host} answered with a web page")
    if status >= 400:
        kind = _CODES.get(headers.get("x-error-code", "")) or _STATUS.get(status)
        kind = kind or (HubFailure.SERVER if status >= 500 else HubFailure.WRONG_ANSWER)
        raise Failure(kind, f"{response.url.host}: status {status}", retry_after(headers))
    if status >= 300 or status == 204:
        raise Failure(HubFailure.WRONG_ANSWER, f"{response.url.host}: status {status}")
    if headers.get("content-encoding", "identity") != "identity":
        raise Failure(HubFailure.COMPRESSED, f"Content-Encoding: {headers['content-encoding'][:40]}")


def retry_after(headers: httpx2.Headers) -> float:
    """Seconds that a server asks to wait, an hour at most; 0: it does not say."""
    said = headers.get("retry-after", "").strip()
    try:
        seconds = float(said) if said[:1].isdigit() else parsedate_to_datetime(said).timestamp() - time.time()
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT_S) if seconds == seconds else 0.0


def of_error(error: Exception) -> Failure:
    """Any error of the network or the libraries as a failure with a kind."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, Failure):
            return each
    detail = f"{type(error).__name__}: {error}"[:300]
    response = getattr(error, "response", None)
    if isinstance(response, httpx2.Response):
        try:
            check(response)
        except Failure as failure:
            return failure
    return Failure(_kind(error, chain), detail)


def _kind(error: Exception, chain: list[BaseException]) -> HubFailure:
    for each in chain:
        match each:
            case socket.gaierror():
                return HubFailure.NAME_NOT_FOUND
            case ssl.SSLCertVerificationError():
                return HubFailure.NOT_TRUSTED
            case ssl.SSLError() if not isinstance(each, ssl.SSLEOFError | ssl.SSLZeroReturnError):
                return HubFailure.NOT_TRUSTED
            case httpx2.TimeoutException() | httpcore2.TimeoutException() | TimeoutError():
                return HubFailure.TIMEOUT
            case httpx2.ProxyError():
                return HubFailure.PROXY
            case httpx2.TooManyRedirects() | httpx2.UnsupportedProtocol():
                return HubFailure.REDIRECT
            case httpx2.ConnectError() | httpcore2.ConnectError():
                continue
            case ConnectionResetError() | BrokenPipeError():
                return HubFailure.CUT
            case httpx2.NetworkError() | httpx2.RemoteProtocolError() | httpcore2.NetworkError():
                return HubFailure.CUT
            case ValueError() | KeyError() | TypeError() | AttributeError():
                return HubFailure.WRONG_ANSWER
            case _:
                continue
    return HubFailure.NO_CONNECTION if isinstance(error, OSError | httpx2.HTTPError) else HubFailure.WRONG_ANSWER


def of_disk(error: OSError, folder: Path, needed: int) -> Failure:
    """The disk would not take it; ``needed`` bytes are still missing."""
    if error.errno in _FULL:
        return no_space(folder, needed)
    return Failure(HubFailure.NOT_WRITABLE, f"{errno.errorcode.get(error.errno or 0, '')}: {error.strerror}")


def no_space(folder: Path, needed: int) -> Failure:
    """The disk is full."""
    return Failure(HubFailure.NO_SPACE, numbers=(needed, shutil.disk_usage(folder).free))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        # httpx2 wraps what httpcore2 wraps, each with the system's own error as an argument or cause.
        error = error.__cause__ or error.__context__
