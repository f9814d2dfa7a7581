"""The plain settings file: what is damaged has its default."""

import json
from pathlib import Path

import pytest

from desktop.settings import SettingsFile


def test_a_list_of_folders_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    SettingsFile(path).put("models.folders", ["/a", "/b"])
    assert SettingsFile(path).get("models.folders") == ["/a", "/b"]


@pytest.mark.parametrize("damaged", ["/a", [1], ["/a", None], {"a": 1}, 7, None])
def test_what_is_no_list_of_folders_is_none(tmp_path: Path, damaged: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"models.folders": damaged, "offline": False}))
    assert SettingsFile(path).get("models.folders") == []
    assert SettingsFile(path).get("offline") is False


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({}, "system"),
        ({"reduced_motion": True}, "reduced"),
        ({"reduced_motion": False}, "full"),
        ({"reduced_motion": "yes"}, "system"),
        ({"reduced_motion": True, "motion": "full"}, "full"),
    ],
)
def test_who_turned_motion_off_when_it_was_a_switch_keeps_it_off(tmp_path: Path, before: object, now: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(before))
    settings = SettingsFile(path)
    assert settings.get("motion") == now
    settings.put("welcomed", True)
    assert SettingsFile(path).get("motion") == now
