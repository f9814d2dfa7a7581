"""A download as a terminal has it: one line that moves, and Ctrl+C keeps what is there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable

from desktop.cli import output
from desktop.cli.loop import Loop
from desktop.domain.downloads import Download, DownloadState, Order, line_of
from desktop.domain.models import InstalledModel
from desktop.domain.names import file_text
from desktop.errors import AppError
from desktop.house import House
from desktop.services.downloads import Downloads

BAR = 24
"""Signs of the bar."""


class Pulling:
    """One order, from its first byte or from where it stood."""

    def __init__(self, house: House, downloads: Downloads, order: Order, *, as_json: bool) -> None:
        self._house = house
        self._client = house.courier().client
        self._downloads = downloads
        self._order = order
        self._as_json = as_json
        self._loop = Loop(self._on_interrupt)
        self._model: InstalledModel | None = None
        self._interrupted = False
        self._unread: output.ReaderGone | None = None
        self._told: object = None
        self._shown = False

    def run(self) -> int:
        """To its end; the exit status.

        Raises:
            AppError: why it did not get there. What is downloaded so far is kept.
        """
        downloads = self._downloads
        downloads.arrived.connect(self._arrived)
        downloads.refused.connect(self._refused)
        downloads.changed.connect(self._changed)
        self._client.busy_changed.connect(self._changed)
        if sys.stderr.isatty() and not self._as_json:
            free = file_text(shutil.disk_usage(self._house.shelf().folders()[0]).free)
            output.note(f"{self._order.name} {self._order.quant}: {file_text(self._order.size)}, {free} are free")
        self._error: AppError | None = None
        downloads.add(self._order)
        self._loop.exec()
        self._clear()
        if self._unread is not None:
            raise self._unread
        if self._error is not None:
            raise self._error
        if self._model is None:
            self._tell_stopped()
            return 130
        self._tell_done(self._model)
        return 0

    # --- what the services say

    def _changed(self) -> None:
        download = self._mine()
        if download is None:
            return
        if self._interrupted:
            # The courier says when it has let go of the file.
            if not self._client.busy:
                self._loop.quit()
        elif download.state is DownloadState.FAILED:
            self._refused(AppError(download.code, download.problem))
        elif download.state is not DownloadState.DONE:
            self._show(download)

    def _arrived(self, model: InstalledModel) -> None:
        self._model = model
        self._loop.quit()

    def _refused(self, error: AppError) -> None:
        self._error = self._error or error
        self._loop.quit()

    def _on_interrupt(self) -> None:
        download = self._mine()
        if download is None or self._interrupted:
            self._loop.quit()
            return
        self._interrupted = True
        self._downloads.pause(download.id)
        self._changed()

    def _mine(self) -> Download | None:
        known = (each for each in self._downloads.downloads() if each.order.files == self._order.files)
        return next((each for each in known if each.order.repo == self._order.repo), None)

    # --- how it is said

    def _show(self, download: Download) -> None:
        line = line_of(download)
        if (line, download.state) == self._told:
            return
        self._told = (line, download.state)
        if self._as_json:
            self._say(
                lambda: output.event(
                    "progress",
                    state=download.state.value,
                    done=download.done,
                    size=download.order.size,
                    rate=round(download.rate),
                    remaining=download.remaining,
                    problem=download.problem,
                )
            )
        elif sys.stderr.isatty():
            full = round(BAR * line.share)
            words = f"[{'=' * full}{' ' * (BAR - full)}] {line.share:4.0%}  {line.done}  {line.problem or line.how}"
            sys.stderr.write(f"\r\x1b[K{words[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()
            self._shown = True

    def _tell_done(self, model: InstalledModel) -> None:
        if self._as_json:
            output.event("done", model=model.id, name=model.name, path=model.path, bytes=model.size_bytes)
            return
        output.line(f"{model.name} is here, checked against its publisher’s fingerprint: {model.path}")

    def _tell_stopped(self) -> None:
        download = self._mine()
        done = download.done if download is not None else 0
        if self._as_json:
            output.event("stopped", done=done, size=self._order.size)
        elif done:
            output.note(f"Stopped. {file_text(done)} are kept; the same command goes on from there.")
        else:
            output.note("Stopped.")

    def _say(self, print_it: Callable[[], None]) -> None:
        """Nobody reads any more (``| head``): nothing is fetched for nobody."""
        try:
            print_it()
        except output.ReaderGone as gone:
            self._unread = gone
            self._on_interrupt()

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
