"""Where thousands of rows are, most of whose heights are guessed."""

from __future__ import annotations

from desktop.ui.chat.heights import Heights


def test_tops_follow_from_heights() -> None:
    heights = Heights()
    heights.reset(4)
    heights.set(1, 50)
    assert [heights.top(row) for row in range(5)] == [0, 160, 210, 370, 530]
    assert [heights.row_at(y) for y in (-5, 0, 159, 160, 209, 210, 9_999)] == [0, 0, 0, 1, 1, 2, 3]
    heights.insert(2, 1)
    assert heights.top(3) == 370
    assert heights.total == 690
