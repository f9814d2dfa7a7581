"""``snug models``: what is installed, and everything about it that needs no network."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from desktop import paths
from desktop.cli import output
from desktop.domain.licences import licence_of
from desktop.domain.models import InstalledModel
from desktop.errors import AppError
from desktop.house import Stores
from desktop.services import adoption, intake, shelf_work
from desktop.services.models import TEMPLATE_NAMES
from desktop.settings import SettingsFile


def _list(chosen: Namespace, stores: Stores) -> int:
    intake.ensure_starter(stores.library)
    for model in stores.library.list():
        if chosen.json:
            output.event("model", **_values(model))
        else:
            missing = "" if model.available else "  (the file is not there)"
            output.line(f"{model.id:>4}  {model.name}  {model.quant}  {output.size(model.size_bytes)}{missing}")
    return 0


def _add(chosen: Namespace, stores: Stores) -> int:
    template: str = chosen.template or ""
    if template and template not in TEMPLATE_NAMES:
        names = ", ".join(TEMPLATE_NAMES)
        raise AppError("NO_SUCH_TEMPLATE", f"There is no template called “{template}”.", todo=f"There are: {names}.")
    path = Path(chosen.path).expanduser()
    found = list(shelf_work.model_files(path))
    if not found:
        raise AppError("NO_MODELS", f"There is no model file (.gguf) in {path}.", "Nothing was changed.")
    if chosen.copy:
        folder = _folder(chosen)
        found = [shelf_work.copied(each, folder, _silent) for each in found]
    taken, refused = shelf_work.take_in(stores.library, stores.options, found, {})
    for model in taken:
        if template:
            stores.library.set_template(model.id, template)
        _tell_added(chosen, model, template)
    if refused is not None:
        raise refused
    return 0


def _adopt(chosen: Namespace, stores: Stores) -> int:
    known = {Path(path).resolve() for model in stores.library.list() for path in model.files}
    found = [each for each in adoption.found_in(adoption.known_places()) if each.path.resolve() not in known]
    if not chosen.app:
        for each in found:
            name = each.origin.name or each.path.name
            if chosen.json:
                output.event("found", app=each.app, name=name, bytes=each.size, path=str(each.path))
            else:
                output.line(f"{each.app}: {name}  {output.size(each.size)}")
        if not found and not chosen.json:
            output.note("No other program has models here that Snug does not know.")
        return 0
    wanted = [each for each in found if each.app.casefold() == chosen.app.casefold()]
    if not wanted:
        raise AppError(
            "NOTHING_FOUND",
            f"{chosen.app} has no models here that Snug does not know.",
            todo="“snug models adopt” says what there is.",
        )
    origins = {each.path: each.origin for each in wanted}
    taken, refused = shelf_work.take_in(stores.library, stores.options, list(origins), origins)
    for model in taken:
        _tell_added(chosen, model, "")
    if refused is not None:
        raise refused
    return 0


def _remove(chosen: Namespace, stores: Stores) -> int:
    model = _wanted(chosen, stores)
    stores.library.remove(model.id)
    shelf_work.add_texts(stores.options, shelf_work.FORGOTTEN, [model.path])
    if chosen.json:
        output.event("removed", model=model.id)
    else:
        output.line(f"{model.name} is off the list. Its file is still there: {model.path}")
    return 0


def _rename(chosen: Namespace, stores: Stores) -> int:
    model = _wanted(chosen, stores)
    renamed = stores.library.rename(model.id, " ".join(chosen.name.split())[:200]) or model
    if chosen.json:
        output.event("renamed", model=model.id, name=renamed.name)
    else:
        output.line(f"{model.name} is called {renamed.name} now.")
    return 0


def _show(chosen: Namespace, stores: Stores) -> int:
    model = _wanted(chosen, stores)
    if chosen.json:
        output.event("model", **_values(model))
        return 0
    output.line(f"{model.name}  {model.quant}")
    check = model.checked
    for name, value in (
        ("number", str(model.id)),
        ("from", " ".join(each for each in (model.publisher, model.repo) if each)),
        ("made from", model.made_from),
        ("licence", licence_of(model.licence).line),
        ("files", "\n".join(model.files)),
        ("size", output.size(model.size_bytes)),
        ("context", f"{model.context_length:,} tokens" if model.context_length else ""),
        ("parameters", f"{model.parameters:,}" if model.parameters else ""),
        ("kind", f"{model.architecture}, {model.kind.value}"),
        ("template", model.template or (check.known_template or check.template[:16] if check is not None else "")),
        ("fingerprint", _fingerprint(model)),
    ):
        if value:
            output.line(f"  {name + ':':<13}{value.replace(chr(10), chr(10) + ' ' * 15)}")
    _tell_findings(model)
    return 0


def _licence(chosen: Namespace, stores: Stores) -> int:
    model = _wanted(chosen, stores)
    licence = licence_of(model.licence)
    if chosen.json:
        output.event("licence", model=model.id, licence=licence.id, label=licence.label, use=licence.use.value)
    else:
        output.line(f"{model.name}: {licence.line}.")
    return 0


def _check(chosen: Namespace, stores: Stores) -> int:
    model = _wanted(chosen, stores)
    check = intake.look(model)._replace(allowed=chosen.allow)
    model = stores.library.set_check(model.id, check) or model
    if chosen.json:
        findings = [{"code": found.code, "words": found.words, "asks": found.asks} for found in check.findings]
        output.event("checked", model=model.id, doubtful=model.doubtful, findings=findings)
    elif not check.findings:
        output.line(f"Nothing unusual was found in {model.name}.")
    else:
        _tell_findings(model)
    return 1 if model.doubtful else 0


def _verify(chosen: Namespace, stores: Stores) -> int:
    model = _wanted(chosen, stores)
    check, matches = shelf_work.verified(model, _silent)
    stores.library.set_check(model.id, check)
    repo = shelf_work.released(check)
    if chosen.json:
        matching = matches if model.sha256 else None
        output.event("verified", model=model.id, sha256=list(check.own_sha256), matches=matching, released=repo)
    if model.sha256 and not matches:
        raise shelf_work.differs(model)
    if not chosen.json:
        if matches:
            said = "is the file that its publisher published"
        elif repo:
            said = f"is the file that its publisher released, by Snug's own list: {repo}"
        else:
            said = "has no publisher's fingerprint to compare with"
        output.line(f"{model.name} {said}.")
        for digest, path in zip(check.own_sha256, model.files, strict=True):
            output.line(f"{digest}  {path}")
    return 0


def _shrink(chosen: Namespace, stores: Stores) -> int:
    from desktop.cli.shrink import shrink

    return shrink(chosen, stores, _wanted(chosen, stores), _folder(chosen))


def _wanted(chosen: Namespace, stores: Stores) -> InstalledModel:
    intake.ensure_starter(stores.library)
    _, model = intake.find(stores.library.list(), chosen.model, stores.library)
    if model is None:
        raise AppError("NO_SUCH_MODEL", f"There is no model called “{chosen.model}”.")
    return model


def _folder(chosen: Namespace) -> Path:
    """Where copies go."""
    profile = paths.Paths(paths.data_dir(chosen.data_dir))
    folders: list[str] = SettingsFile(profile.settings).get("models.folders")
    return Path(folders[0]) if folders else profile.models


def _tell_added(chosen: Namespace, model: InstalledModel, template: str) -> None:
    if chosen.json:
        output.event("added", model=model.id, name=model.name, path=model.path, doubtful=model.doubtful)
        return
    where = "It was copied." if getattr(chosen, "copy", False) else "Its file stays where it is."
    output.line(f"{model.name} is on the list. {where}")
    if not model.has_template and not template:
        output.note("It has no chat template; --template chooses one.")
    _tell_findings(model)


def _tell_findings(model: InstalledModel) -> None:
    for found in model.checked.findings if model.checked is not None else ():
        output.note(f"{'Look: ' if found.asks else ''}{found.words}")
    if model.doubtful:
        output.note(f"It is not opened until you say so: snug models check {model.id} --allow")


def _fingerprint(model: InstalledModel) -> str:
    check = model.checked
    if check is None or not check.own_sha256:
        return "not compared yet" if model.sha256 else ""
    if check.verified_at:
        return f"the publisher's, compared on {datetime.fromtimestamp(check.verified_at):%Y-%m-%d}"
    return "not the publisher's" if model.sha256 else check.own_sha256[0]


def _values(model: InstalledModel) -> dict[str, object]:
    return {
        "model": model.id,
        "name": model.name,
        "quant": model.quant,
        "bytes": model.size_bytes,
        "path": model.path,
        "available": model.available,
        "kind": model.kind.value,
        "publisher": model.publisher,
        "repo": model.repo,
        "licence": model.licence,
        "made_from": model.made_from,
        "files": list(model.files),
        "verified": model.verified,
        "doubtful": model.doubtful,
    }


def _silent(_count: int) -> None:
    """A command says how it ended."""


ACTIONS: dict[str, Callable[[Namespace, Stores], int]] = {
    "list": _list,
    "add": _add,
    "adopt": _adopt,
    "remove": _remove,
    "rename": _rename,
    "show": _show,
    "licence": _licence,
    "check": _check,
    "verify": _verify,
    "shrink": _shrink,
}
