"""The app's side of a child process: start it, talk to it in lines, and make sure it ends.

Knows nothing of what the messages mean. The child is stopped on a ladder of timers, never by waiting:
ask (``goodbye``), 2 s, close its stdin, 3 s, terminate, 2 s, kill.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.child import wire

log = logging.getLogger(__name__)

ASK_MS, CLOSE_MS, TERMINATE_MS = 2000, 3000, 2000
KEPT_LINES, KEPT_OF_LINE = 60, 500

# What a child may see of our environment: enough to run, nothing that names the user's other business.
PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "LD_LIBRARY_PATH", "PYTHONHOME", "OMP_NUM_THREADS"),
    *("CUDA_VISIBLE_DEVICES", "CUDA_PATH", "HIP_VISIBLE_DEVICES", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"),
)


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


def command_for(role: str) -> tuple[str, list[str]]:
    """Program and arguments that start this very Snug in another role, such as ``--engine``."""
    if getattr(sys, "frozen", False):
        return sys.executable, [role]
    return sys.executable, ["-m", "desktop", role]


class ChildProcess(QObject):
    """One child.

    Signals:
        message: a decoded event.
        ended: an ``Ending``; comes once, whatever happened, also when the program could not be started.
        alive: something came from the child (a message or a line on stderr): it is not hung.
    """

    message = Signal(object)
    ended = Signal(object)
    alive = Signal()

    def __init__(
        self,
        program: str,
        arguments: Sequence[str],
        decoder: wire.Decoder[msgspec.Struct],
        goodbye: msgspec.Struct,
        environment: Mapping[str, str] | None = None,
        parent: QObject | None = None,
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
        self._process = QProcess(self)
        self._process.setProgram(program)
        self._process.setArguments(list(arguments))
        self._process.setProcessEnvironment(_environment(environment or {}))
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._hear)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._error)

    @property
    def pid(self) -> int:
        """The child's process id, 0 while it does not run."""
        return self._process.processId()

    @property
    def running(self) -> bool:
        return not self._over and self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def said(self) -> str:
        """The last lines of its stderr."""
        return "\n".join(self._said)

    def start(self) -> None:
        with _ctrl_c_waits():
            self._process.start()

    def send(self, message: msgspec.Struct) -> None:
        """Send a message; to a child that is gone this does nothing (``ended`` tells)."""
        if self.running:
            self._process.write(wire.encode(message))

    def flush(self, wait_ms: int = 200) -> None:
        """What was sent leaves this process now. For the very end of the app, when no event loop does it."""
        if self.running:
            self._process.waitForBytesWritten(wait_ms)

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
            self._process.kill()

    def shut(self, wait_ms: int = 1500) -> None:
        """For the very end of the app: close stdin, which ends the child at once, and reap it."""
        self._asked = True
        if not self.running:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(wait_ms):
            self._process.kill()
            self._process.waitForFinished(wait_ms)

    def _next_rung(self) -> None:
        if not self.running:
            return
        self._rung += 1
        if self._rung == 1:
            self._process.closeWriteChannel()
            self._timer.start(CLOSE_MS)
        elif self._rung == 2:
            self._process.terminate()
            self._timer.start(TERMINATE_MS)
        else:
            self._process.kill()

    def _read(self) -> None:
        data = bytes(self._process.readAllStandardOutput().data())
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

    def _hear(self) -> None:
        self.alive.emit()
        # A line comes in as many pieces as it was written in (a crash report writes word by word).
        *lines, rest = (self._saying + bytes(self._process.readAllStandardError().data())).split(b"\n")
        self._saying = rest[:KEPT_OF_LINE]
        self._keep(lines)

    def _keep(self, lines: Sequence[bytes]) -> None:
        texts = [line[:KEPT_OF_LINE].decode("utf-8", "replace").rstrip() for line in lines]
        self._said.extend(text for text in texts if text)

    def _fail(self, reason: str) -> None:
        self._protocol_error = reason
        self._process.kill()

    def _error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said.append(self._process.errorString())
            self._end(Ending(127, crashed=False, asked=self._asked, said=self.said))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._hear()
        self._keep([self._saying])
        crashed = status == QProcess.ExitStatus.CrashExit
        self._end(Ending(code, crashed, self._asked, self._protocol_error, self.said))

    def _end(self, ending: Ending) -> None:
        if self._over:
            return
        self._over = True
        self._timer.stop()
        self.ended.emit(ending)


@contextmanager
def _ctrl_c_waits() -> Generator[None]:
    """A child started now is born deaf to Ctrl+C, which is meant for us; one that comes meanwhile reaches us after."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _environment(extra: Mapping[str, str]) -> QProcessEnvironment:
    result = QProcessEnvironment()
    for name in PASSED_ON:
        if name in os.environ:
            result.insert(name, os.environ[name])
    # Python finds the package wherever the app was started from.
    result.insert("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    for name, value in extra.items():
        result.insert(name, value)
    return result
