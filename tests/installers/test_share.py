"""What desktops and software centres are told of Snug agrees with what it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from desktop import APP_ID, __date__, __version__
from installers.linux import share

ROOT = share.ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As every package for Linux has it in ``/usr/share``, with stand-ins for the icons that a build draws."""
    made = tmp_path_factory.mktemp("share")
    icons = made / "icons drawn"
    icons.mkdir()
    for size in share.SIZES:
        (icons / f"snug-{size}.png").touch()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(share, "ICONS", icons)
        share.lay(made / "share")
    return made / "share"


@pytest.fixture(scope="module")
def described(folder: Path) -> ElementTree.Element:
    return ElementTree.parse(folder / f"metainfo/{APP_ID}.metainfo.xml").getroot()


@pytest.fixture(scope="module")
def entry(folder: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(folder / f"applications/{APP_ID}.desktop", encoding="utf-8")
    return dict(parser["Desktop Entry"])


def test_every_file_goes_by_the_apps_name(folder: Path) -> None:
    assert {path.stem for path in folder.rglob("*") if path.is_file()} == {APP_ID, f"{APP_ID}.metainfo"}


def test_the_description_is_of_this_version(described: ElementTree.Element) -> None:
    [release] = described.iter("release")
    assert release.attrib == {"version": __version__, "date": __date__}


def test_description_and_menu_entry_name_each_other_and_the_icon(
    folder: Path, described: ElementTree.Element, entry: dict[str, str]
) -> None:
    assert described.findtext("id") == entry["Icon"] == described.findtext("icon") == APP_ID
    assert (folder / "applications" / (described.findtext("launchable") or "")).is_file()
    assert (folder / f"icons/hicolor/scalable/apps/{entry['Icon']}.svg").is_file()
    assert described.findtext("name") == entry["Name"]
    assert [each.text for each in described.iter("category")] == entry["Categories"].strip(";").split(";")
    assert {each.text for each in described.iter("keyword")} == set(entry["Keywords"].strip(";").split(";"))


def test_model_files_are_known_and_opened(folder: Path, described: ElementTree.Element, entry: dict[str, str]) -> None:
    kinds = ElementTree.parse(folder / f"mime/packages/{APP_ID}.xml").getroot()
    known = [each.get("type") for each in kinds]
    assert known == [each.text for each in described.iter("mediatype")] == entry["MimeType"].strip(";").split(";")
    assert entry["Exec"] == f"{described.findtext('provides/binary')} %F"


def test_its_colours_are_the_windows(described: ElementTree.Element) -> None:
    tokens = json.loads((ROOT / "resources/theme/tokens.json").read_text(encoding="utf-8"))
    colours = {each.get("scheme_preference") or "": each.text for each in described.iter("color")}
    assert colours == {look: tokens["color"][look]["accentSoft"] for look in ("light", "dark")}


def test_the_flatpak_goes_by_the_same_name() -> None:
    lines = (ROOT / f"installers/flatpak/{APP_ID}.yml").read_text(encoding="utf-8").splitlines()
    assert f"id: {APP_ID}" in lines


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="takes desktop-file-utils")
def test_the_menu_entry_is_as_it_should_be(folder: Path) -> None:
    said = subprocess.run(["desktop-file-validate", *folder.glob("applications/*")], capture_output=True, text=True)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("update-mime-database"), reason="takes shared-mime-info")
def test_the_type_of_model_files_can_be_registered(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder / "mime", tmp_path / "mime")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    said = subprocess.run(["update-mime-database", tmp_path / "mime"], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")
    assert "application/x-gguf:*.gguf" in (tmp_path / "mime/globs").read_text()
