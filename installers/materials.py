"""The bill of materials of what is shipped, as CycloneDX 1.6: every package with its licence, llama.cpp,
the starter model. ``python installers/materials.py OUT.json``"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from desktop import __version__  # noqa: E402
from desktop.services.papers import licence_of  # noqa: E402
from scripts.setup import STARTER, STARTER_SHA256  # noqa: E402

BUNDLE = ROOT / "build" / "package"


def packages() -> list[dict[str, Any]]:
    """Those whose metadata lies in the bundle."""
    found: list[dict[str, Any]] = []
    for folder in sorted(BUNDLE.rglob("*.dist-info")):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        found.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}",
                "licenses": [{"license": {"name": licence_of(metadata.metadata(name))}}],
            }
        )
    return found


def main() -> None:
    components = packages()
    if not components:
        sys.exit("There is no bundle: make package builds it.")
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
