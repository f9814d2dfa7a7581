"""Qt's bindings without what nobody needs at the start, and with it as soon as somebody does."""

from __future__ import annotations

from tests.fixtures.programs import printed_by

PUT_OFF = ["mapping", "errorhandler", "layout", "parser", "lib.enum_sig", "lib.pyi_generator", "lib.tool"]


def test_import_is_pythons_own_again_when_pyside_is_there() -> None:
    program = """
    import builtins
    before = builtins.__import__
    from desktop import bindings
    bindings.load()
    print(builtins.__import__ is before)
    from PySide6.QtCore import QObject
    print(QObject().objectName() == "")
    """
    assert printed_by(program).split() == ["True", "True"]


def test_what_describes_signatures_is_not_compiled_at_the_start() -> None:
    program = f"""
    import sys
    from desktop import bindings
    bindings.load()
    import PySide6.QtWidgets
    names = ["shibokensupport.signature." + name for name in {PUT_OFF}]
    print(all(len(vars(sys.modules[name])) < 10 for name in names), "argparse" in sys.modules)
    """
    assert printed_by(program).split() == ["True", "False"]


def test_wrong_arguments_are_told_in_full_all_the_same() -> None:
    program = """
    from desktop import bindings
    bindings.load()
    from PySide6.QtCore import QPoint, QSize
    for wrong in (lambda: QPoint("a"), lambda: QSize().scale(None), lambda: QPoint.nothing):
        try:
            wrong()
        except (TypeError, AttributeError) as error:
            print(str(error).strip())
    """
    said = printed_by(program)
    assert "QPoint(xpos: int, ypos: int, /)" in said.replace(".__init__", "")
    assert "Supported signatures" in said
    assert "nothing" in said
