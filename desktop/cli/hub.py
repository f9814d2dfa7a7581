"""``snug models search|show|pull|licence`` of the hub: the services of Discover, with a terminal instead."""

from __future__ import annotations

import re
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.cli import output
from desktop.cli.loop import Loop
from desktop.cli.pulling import Pulling
from desktop.cli.token import typed
from desktop.domain.hub import ENDPOINT
from desktop.domain.listing import Detail, Listed, Offered, Wanted
from desktop.domain.models import InstalledModel
from desktop.domain.names import file_text
from desktop.errors import AppError
from desktop.house import House
from desktop.services import intake
from desktop.services.newer import Answer, Standing

_REPO = re.compile(r"[\w.-]+/[\w.-]+(:[\w.-]+)?")


def asks(chosen: Namespace) -> bool:
    """Whether a command of ``snug models`` is about the hub, and not about what is here."""
    if chosen.action in ("search", "pull"):
        return True
    if chosen.action == "check":
        return chosen.online
    return chosen.action in ("show", "licence") and _is_repo(chosen.model) and not Path(chosen.model).exists()


class HubCommand:
    """Asks the hub from the terminal. Ctrl+C ends it."""

    def __init__(self, house: House, chosen: Namespace) -> None:
        self._house = house
        self._chosen = chosen
        self._shop = house.shop()
        self._loop = Loop(self._on_interrupt)
        self._error: AppError | None = None
        self._interrupted = False
        for service in (self._shop.discovery, self._shop.terms, self._shop.newer, house.worker):
            service.refused.connect(self._refused)

    def run(self) -> int:
        """Do it; the exit status.

        Raises:
            AppError: refused, in plain words.
        """
        try:
            commands = {"search": self._search, "show": self._show, "pull": self._pull, "licence": self._licence}
            return (commands | {"check": self._check})[self._chosen.action]()
        except KeyboardInterrupt:
            return 130

    # --- the commands

    def _search(self) -> int:
        chosen, discovery = self._chosen, self._shop.discovery
        discovery.choose(Wanted(vision=chosen.vision, reasoning=chosen.reasoning))
        discovery.sort_by(chosen.sort)
        discovery.changed.connect(lambda: None if discovery.asking() else self._loop.quit())
        discovery.search(" ".join(chosen.words), chosen.limit)
        self._spin()
        found = discovery.listed()
        wide = max((len(each.repo) for each in found), default=0)
        for each in found:
            if chosen.json:
                output.event("found", **_values(each))
            else:
                output.line(_row(each, min(wide, 60)))
        if not found and not chosen.json:
            output.note("The hub found nothing that fits.")
        return 0

    def _show(self) -> int:
        detail, _ = self._look()
        if self._chosen.json:
            files = [_file(each) for each in detail.offered]
            comes = detail.projector
            output.event(
                "repository",
                **_values(detail.listed),
                published=detail.published,
                context=detail.context_length,
                revision=detail.revision,
                files=files,
                projector=None if comes is None else {"file": comes.name, "bytes": comes.size},
                draft=None if detail.draft is None else {"file": detail.draft.name, "bytes": detail.draft.size},
            )
            return 0
        output.line(f"{detail.listed.name}  by {detail.listed.publisher}")
        for name, value in (
            ("repository", detail.listed.repo),
            ("published", detail.published),
            ("good for", detail.purpose),
            ("licence", detail.listed.licence.line),
            ("access", "The publisher asks for an account." if detail.listed.gated else ""),
            ("context", f"{detail.context_length:,} tokens" if detail.context_length else ""),
            ("sees with", file_text(detail.projector.size) if detail.projector is not None else ""),
            ("draft model", f"{file_text(detail.draft.size)}, with --draft" if detail.draft is not None else ""),
        ):
            if value:
                output.line(f"  {name + ':':<13}{value}")
        here = self._shop.downloads.here(detail.listed.repo)
        wide = max((len(_label(each)) for each in detail.offered), default=0)
        output.line()
        for each in detail.offered:
            marks = ", ".join(["suggested"] * each.suggested + ["here"] * (each.variant.name in here))
            quality, fit = each.variant.quant.quality.words, each.judged.fitness.value
            row = f"{_label(each):<{wide}}  {file_text(each.variant.size):>10}  {quality:<20}  {fit:<10}  {marks}"
            output.line(f"  {row.rstrip()}")
        return 0

    def _licence(self) -> int:
        detail, _ = self._look()
        licence, text = detail.listed.licence, ""
        if detail.licence_file:
            texts: list[str] = []

            def told(got: str) -> None:
                texts.append(got)
                self._loop.quit()

            self._shop.terms.read(detail, told)
            self._spin()
            [text] = texts
        if self._chosen.json:
            output.event(
                "licence",
                repo=detail.listed.repo,
                licence=licence.id,
                label=licence.label,
                use=licence.use.value,
                text=text,
            )
            return 0
        output.note(f"{detail.listed.name}: {licence.line}.")
        if text:
            output.line(text.rstrip())
        else:
            output.note(f"There is no text of it beside the files. The page: {ENDPOINT}/{detail.listed.repo}")
        return 0

    def _pull(self) -> int:
        if self._chosen.token:
            self._shop.access.use(typed(self._shop.access.host))
        detail, quant = self._look()
        offered = _chosen_of(detail, quant)
        downloads, repo, draft = self._shop.downloads, detail.listed.repo, detail.draft
        if self._chosen.draft and draft is None:
            raise AppError("NO_DRAFT", f"{repo} has no draft model.", "Nothing was downloaded.", "Leave out --draft.")
        more = draft is not None and self._chosen.draft and downloads.model_of(repo, draft.name) is None
        here = downloads.model_of(repo, offered.variant.name)
        if here is not None and here.available and _is_same(here, offered) and not more:
            if self._chosen.json:
                output.event("done", model=here.id, name=here.name, path=here.path, bytes=here.size_bytes)
            else:
                output.line(f"{here.name} is here already: {here.path}")
            return 0
        self._settle_terms(detail)
        order = detail.order(offered.variant.name, with_draft=self._chosen.draft)
        return Pulling(self._house, downloads, order, as_json=self._chosen.json).run()

    def _check(self) -> int:
        """Whether the publisher has replaced a file since."""
        library = self._house.stores.library
        _, model = self._house.worker.wait(lambda: intake.find(library.list(), self._chosen.model, library))
        assert model is not None
        answers: list[Answer] = []

        def told(answer: Answer) -> None:
            answers.append(answer)
            self._loop.quit()

        self._shop.newer.look(model, told)
        self._spin()
        [answer] = answers
        if self._chosen.json:
            output.event("checked", model=model.id, standing=answer.standing.value, words=answer.words)
        else:
            output.line(answer.words)
            if answer.standing is Standing.REPLACED:
                output.note(
                    f"“snug models pull {model.repo}:{model.quant}” fetches it; yours stays until that is checked."
                )
        return 0

    # --- inside

    def _look(self) -> tuple[Detail, str]:
        """Everything about the repository that was named, and the quantization that was named with it."""
        repo, _, quant = str(self._chosen.model).partition(":")
        if not _is_repo(self._chosen.model):
            raise AppError(
                "NO_SUCH_MODEL",
                f"“{self._chosen.model}” is no repository of the hub.",
                todo="One is called PUBLISHER/NAME; “snug models search” finds them.",
            )
        discovery = self._shop.discovery
        self._house.models.reload()
        discovery.detail_changed.connect(lambda: None if discovery.looking() else self._loop.quit())
        discovery.open(repo)
        discovery.look_up()
        self._spin()
        detail = discovery.detail()
        assert detail is not None
        if not detail.offered:
            raise AppError("NO_FILE", f"{repo} has no model file that Snug can use.", todo="Choose another one.")
        return detail, quant

    def _settle_terms(self, detail: Detail) -> None:
        """Have the terms of a model agreed to, once."""
        answers: list[bool] = []

        def told(are_open: bool) -> None:
            answers.append(are_open)
            self._loop.quit()

        self._shop.terms.are_open(detail, told)
        if not answers:
            self._spin()
        if not answers[0]:
            return
        if not self._chosen.agree:
            self._ask_to_agree(detail)
        self._shop.terms.agree(detail, self._loop.quit)
        self._spin()

    def _ask_to_agree(self, detail: Detail) -> None:
        listed = detail.listed
        read = f"Read them with “snug models licence {listed.repo}”"
        if self._chosen.json or not sys.stdin.isatty():
            raise AppError(
                "TERMS",
                f"{listed.name} comes with terms of its own: {listed.licence.label}.",
                "Nothing was downloaded.",
                f"{read}, then add --agree.",
            )
        output.note(f"{listed.name} comes with terms of its own: {listed.licence.label}. {read}.")
        if self._typed("Do you agree to them? Type yes: ").strip().lower() != "yes":
            raise AppError("TERMS", "Nothing was downloaded.")

    def _typed(self, question: str) -> str:
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            return input(question)
        except EOFError:
            return ""
        finally:
            self._loop.take_interrupts()

    def _spin(self) -> None:
        """Wait for what was asked. Raises what came of it."""
        if self._error is None:
            self._loop.exec()
        if self._interrupted:
            raise KeyboardInterrupt
        if self._error is not None:
            raise self._error

    def _refused(self, error: AppError) -> None:
        self._error = self._error or error
        self._loop.quit()

    def _on_interrupt(self) -> None:
        self._interrupted = True
        self._loop.quit()


def _is_repo(name: str) -> bool:
    return _REPO.fullmatch(name) is not None and not name.lower().endswith(".gguf")


def _chosen_of(detail: Detail, quant: str) -> Offered:
    """The file that is meant by a quantization, or the suggested one."""
    repo, wanted = detail.listed.repo, quant.casefold()
    if not wanted:
        return next((each for each in detail.offered if each.suggested), detail.offered[0])
    names: list[Callable[[Offered], str]] = [_label, lambda each: each.variant.name]
    names.append(lambda each: each.variant.quant.name.upper().removeprefix("UD-"))
    for name in names:
        for each in detail.offered:
            if name(each).casefold() == wanted:
                return each
    there = ", ".join(dict.fromkeys(map(_label, detail.offered)))
    raise AppError("NO_SUCH_FILE", f"{repo} has no {quant}.", "Nothing was downloaded.", f"It has: {there}.")


def _is_same(model: InstalledModel, offered: Offered) -> bool:
    """Whether the publisher still has what is here."""
    wanted = tuple(file.sha256 for file in offered.variant.files)
    return not model.sha256 or model.sha256[: len(wanted)] == wanted


def _label(offered: Offered) -> str:
    return offered.variant.quant.name or offered.variant.name


def _row(model: Listed, wide: int) -> str:
    signs = ", ".join(["vision"] * model.vision + ["reasoning"] * model.reasoning + ["needs an account"] * model.gated)
    downloads = f"{model.downloads:,} a month" if model.downloads else ""
    row = f"{model.repo:<{wide}}  {model.fitness.value:<10}  {model.licence.label:<18}  {downloads:>18}  {signs}"
    return row.rstrip()


def _values(model: Listed) -> dict[str, Any]:
    return {
        "repo": model.repo,
        "name": model.name,
        "publisher": model.publisher,
        "licence": model.licence.id,
        "use": model.licence.use.value,
        "fit": model.fitness.value,
        "downloads": model.downloads,
        "vision": model.vision,
        "reasoning": model.reasoning,
        "gated": model.gated,
    }


def _file(offered: Offered) -> dict[str, Any]:
    variant = offered.variant
    return {
        "quant": variant.quant.name,
        "file": variant.name,
        "bytes": variant.size,
        "quality": variant.quant.quality.words,
        "fit": offered.judged.fitness.value,
        "needs": offered.judged.needs,
        "suggested": offered.suggested,
    }
