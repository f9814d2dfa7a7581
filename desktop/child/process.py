"""The app's side of a child process: start it, talk to it in lines, and make sure it ends.

Knows nothing of what the messages mean. The child is stopped on a ladder of timers, never by waiting:
ask (``goodbye``), 2 s, close its stdin, 3 s, terminate, 2 s, kill.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.child import surroundings, wire

log = logging.getLogger(__name__)

ASK_MS, CLOSE_MS, TERMINATE_MS = 2000, 3000, 2000
KEPT_LINES, KEPT_OF_LINE = 60, 500


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended."""

    code: int
    """Exit status, or the signal's number where ``crashed`` (on Windows the exception's code)."""
    crashed: bool
    asked: bool
    """We stopped it ourselves."""
    protocol_error: str = ""
    """Set when it was ended because it sent something that is no message."""
    said: str = ""
    """The last lines of its stderr."""


class Child(QObject):
    """One child, however it was started.

    Signals:
        message: a decoded event.
        ended: an ``Ending``; comes once, whatever happened, also when the program could not be started.
        alive: something came from the child (a message or a line on stderr): it is not hung.
    """

    message = Signal(object)
    ended = Signal(object)
    alive = Signal()

    def __init__(
        self, decoder: wire.Decoder[msgspec.Struct], goodbye: msgspec.Struct, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._goodbye = goodbye
        self._asked = False
        self._over = False
        self._protocol_error = ""
        self._said: deque[str] = deque(maxlen=KEPT_LINES)
        self._saying = b""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next_rung)
        self._rung = 0

    @property
    def pid(self) -> int:
        """The child's process id, 0 while it does not run."""
        raise NotImplementedError

    @property
    def running(self) -> bool:
        return not self._over

    @property
    def said(self) -> str:
        """The last lines of its stderr."""
        return "\n".join(self._said)

    def start(self) -> None:
        raise NotImplementedError

    def send(self, message: msgspec.Struct) -> None:
        """Send a message; to a child that is gone this does nothing (``ended`` tells)."""
        if self.running:
            self._write(wire.encode(message))

    def stop(self) -> None:
        """Begin to end the child; ``ended`` follows. Calling it again changes nothing."""
        if self._asked:
            return
        self._asked = True
        if self._over:
            self.ended.emit(Ending(0, crashed=False, asked=True))
            return
        self.send(self._goodbye)
        self._rung = 0
        self._timer.start(ASK_MS)

    def kill(self) -> None:
        """End the child at once: it hangs, or its answer is not wanted any more."""
        self._asked = True
        if self.running:
            self._kill()

    def shut(self, wait_ms: int = 1500) -> None:
        """For the very end of the app: close stdin, which ends the child at once, and reap it."""
        raise NotImplementedError

    # --- for those who know how it was started

    def _write(self, data: bytes) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        """Its stdin."""
        raise NotImplementedError

    def _terminate(self) -> None:
        raise NotImplementedError

    def _kill(self) -> None:
        raise NotImplementedError

    def _next_rung(self) -> None:
        if not self.running:
            return
        self._rung += 1
        if self._rung == 1:
            self._close()
            self._timer.start(CLOSE_MS)
        elif self._rung == 2:
            self._terminate()
            self._timer.start(TERMINATE_MS)
        else:
            self._kill()

    def _got(self, data: bytes) -> None:
        """Bytes of its stdout."""
        self.alive.emit()
        try:
            lines = self._decoder.lines(data)
        except wire.ProtocolError as error:
            self._fail(str(error))
            return
        for line in lines:
            if self._protocol_error:
                return
            try:
                message = self._decoder.message(line)
            except wire.UnknownMessage as unknown:
                log.info("a child sent a message that is not known here: %s", unknown)
                continue
            except wire.ProtocolError as error:
                self._fail(str(error))
                return
            self.message.emit(message)

    def _heard(self, data: bytes) -> None:
        """Bytes of its stderr."""
        self.alive.emit()
        # A line comes in as many pieces as it was written in (a crash report writes word by word).
        *lines, rest = (self._saying + data).split(b"\n")
        self._saying = rest[:KEPT_OF_LINE]
        self._keep(lines)

    def _keep(self, lines: Sequence[bytes]) -> None:
        texts = [line[:KEPT_OF_LINE].decode("utf-8", "replace").rstrip() for line in lines]
        self._said.extend(text for text in texts if text)

    def _fail(self, reason: str) -> None:
        self._protocol_error = reason
        self._kill()

    def _is_over(self, code: int, *, crashed: bool) -> None:
        """It has ended, and its last words were heard."""
        self._keep([self._saying])
        self._end(Ending(code, crashed, self._asked, self._protocol_error, self.said))

    def _end(self, ending: Ending) -> None:
        if self._over:
            return
        self._over = True
        self._timer.stop()
        self.ended.emit(ending)


class ChildProcess(Child):
    """A child that this process starts."""

    def __init__(
        self,
        program: str,
        arguments: Sequence[str],
        decoder: wire.Decoder[msgspec.Struct],
        goodbye: msgspec.Struct,
        environment: Mapping[str, str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(decoder, goodbye, parent)
        told = QProcessEnvironment()
        for name, value in surroundings.environment(environment or {}).items():
            told.insert(name, value)
        self._process = QProcess(self)
        self._process.setProgram(program)
        self._process.setArguments(list(arguments))
        self._process.setProcessEnvironment(told)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._hear)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._error)

    @property
    def pid(self) -> int:
        return self._process.processId()

    @property
    def running(self) -> bool:
        return not self._over and self._process.state() != QProcess.ProcessState.NotRunning

    def start(self) -> None:
        with ctrl_c_waits():
            self._process.start()

    def flush(self, wait_ms: int = 200) -> None:
        """What was sent leaves this process now. For the very end of the app, when no event loop does it."""
        if self.running:
            self._process.waitForBytesWritten(wait_ms)

    def shut(self, wait_ms: int = 1500) -> None:
        self._asked = True
        if not self.running:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(wait_ms):
            self._process.kill()
            self._process.waitForFinished(wait_ms)

    def _write(self, data: bytes) -> None:
        self._process.write(data)

    def _close(self) -> None:
        self._process.closeWriteChannel()

    def _terminate(self) -> None:
        self._process.terminate()

    def _kill(self) -> None:
        self._process.kill()

    def _read(self) -> None:
        self._got(bytes(self._process.readAllStandardOutput().data()))

    def _hear(self) -> None:
        self._heard(bytes(self._process.readAllStandardError().data()))

    def _error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said.append(self._process.errorString())
            self._end(Ending(127, crashed=False, asked=self._asked, said=self.said))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._hear()
        self._is_over(code, crashed=status == QProcess.ExitStatus.CrashExit)


@contextmanager
def ctrl_c_waits() -> Generator[None]:
    """A child started now is born deaf to Ctrl+C, which is meant for us; one that comes meanwhile reaches us after."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
