"""Qt's bindings, imported without what nobody needs before the first picture.

``import PySide6`` compiles, from an archive inside of it, half a megabyte of Python that describes the signatures of
functions: for wrong arguments, ``inspect.signature`` and stub files. It takes longer than the bindings themselves. Here
those modules are put off until something of them is asked for; wrong arguments are still reported in full. Where
PySide6 is built in another way than this knows, its import is what it always was.
"""

from __future__ import annotations

import builtins
import os
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SIGNATURE = "shibokensupport.signature"
PACKAGES = (SIGNATURE, f"{SIGNATURE}.lib")
LATE = frozenset({"mapping", "errorhandler", "layout", "parser", "enum_sig", "pyi_generator", "tool"})
CALLED = "update_mapping"
"""Of ``mapping``: looked up by C, which would end the process if it were not there."""
ARCHIVE = "EmbeddableZipImporter"


def load() -> None:
    """Import PySide6. To be called once, before anything of it is imported."""
    if sys.platform != "win32":
        # Of the many thousand functions in Qt's bindings a run calls few; each is looked up when it is called first.
        sys.setdlopenflags(os.RTLD_LAZY)
    pythons = builtins.__import__

    def putting_off(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if name in PACKAGES and fromlist and LATE.issuperset(fromlist):
            package = pythons(name, globals, locals, ("__path__",), level)
            for wanted in fromlist:
                _put_off(package, wanted)
        return pythons(name, globals, locals, fromlist, level)

    builtins.__import__ = putting_off
    try:
        import PySide6  # noqa: F401 # pyright: ignore[reportUnusedImport]
    finally:
        # PySide6 hooks into ``import`` as well and reads the source of every module that comes after it, SQLAlchemy's
        # 150 too, in case one wants Qt's names in snake case. None of them does, so ``import`` is again what it was.
        builtins.__import__ = pythons


def _put_off(package: ModuleType, name: str) -> None:
    """Give the package a module that is compiled and run when something of it is asked for first."""
    full, finder = f"{package.__name__}.{name}", sys.meta_path[0]
    if full in sys.modules or type(finder).__name__ != ARCHIVE:
        return
    module = ModuleType(full)
    module.__spec__ = ModuleSpec(full, None)
    lock = threading.RLock()

    def wake(attribute: str) -> Any:
        # What ``import`` itself looks for is no reason to wake up.
        if attribute.startswith("__") and attribute != "__all__":
            raise AttributeError(attribute)
        with lock:
            if vars(module).pop("__getattr__", None) is not None:
                # The name in its spec was changed meanwhile; the archive knows it by this one.
                module.__spec__ = ModuleSpec(full, None)
                finder.exec_module(module)  # type: ignore[attr-defined]
        return getattr(module, attribute)

    module.__getattr__ = wake  # type: ignore[method-assign]
    if name == "mapping":

        def update_mapping() -> Any:
            vars(module).pop(CALLED, None)
            return wake(CALLED)()

        setattr(module, CALLED, update_mapping)
    sys.modules[full] = module
    setattr(package, name, module)
