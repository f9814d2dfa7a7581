"""The bill of materials of what is shipped, as CycloneDX 1.6: every package with its licence, llama.cpp,
the starter model. ``python installers/materials.py OUT.json``"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import installers  # noqa: E402
from desktop import __version__  # noqa: E402
from desktop.services.licences import SEE_TEXT  # noqa: E402
from scripts.setup import STARTER, STARTER_SHA256  # noqa: E402


def libraries() -> list[dict[str, Any]]:
    """What the bundle itself says that it holds; of the packages, where they are from."""
    said = subprocess.run([str(installers.program()), "licences", "--json"], stdout=subprocess.PIPE, check=True).stdout
    folders = installers.BUNDLE.rglob("*.dist-info")
    packages = {_normal(folder.name.removesuffix(".dist-info").partition("-")[0]) for folder in folders}
    found: list[dict[str, Any]] = []
    for told in map(json.loads, said.decode().splitlines()):
        if told["name"] in ("Snug", "Python") or told["name"].startswith("SmolLM2"):
            continue
        library: dict[str, Any] = {"type": "library", "name": told["name"]}
        if told["licence"] != SEE_TEXT:
            library["licenses"] = [{"license": {"name": told["licence"]}}]
        if told["version"]:
            library["version"] = told["version"]
        if (name := _normal(told["name"])) in packages:
            library["purl"] = f"pkg:pypi/{name}@{told['version']}"
        found.append(library)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    if not installers.program().exists():
        sys.exit("There is no bundle: make package builds it.")
    components = libraries()
    components.append(
        {
            "type": "machine-learning-model",
            "name": STARTER,
            "hashes": [{"alg": "SHA-256", "content": STARTER_SHA256}],
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        }
    )
    components.append({"type": "platform", "name": "python", "version": ".".join(map(str, sys.version_info[:3]))})
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "snug", "version": __version__}},
        "components": components,
    }
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(bill, indent=1) + "\n")
    print(f"  {out}: {len(components)} components")


if __name__ == "__main__":
    main()
