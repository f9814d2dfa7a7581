"""What macOS offers: ``sandbox_init``, deprecated for years and still what browsers use. Not tried on a Mac by us."""

from __future__ import annotations

import ctypes

_NO_NETWORK = b"(version 1) (allow default) (deny network*)"


def refuse_network() -> str:
    """No connection of any kind for this process and all that it starts. Why not, or nothing."""
    try:
        library = ctypes.CDLL("/usr/lib/libsandbox.1.dylib")
        message = ctypes.c_char_p()
        result = int(library.sandbox_init(_NO_NETWORK, ctypes.c_uint64(0), ctypes.byref(message)))
    except (OSError, AttributeError) as error:
        return f"sandbox: {error}"
    return "" if result == 0 else f"sandbox: {(message.value or b'refused').decode('utf-8', 'replace')}"
