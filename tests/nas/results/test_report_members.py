"""Members of a front in a report."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

from nas.results.picks import picks
from nas.results.report_members import Members, front_table, member_boxes, part_names, pick_cards, time_bars


def test_members_that_stand_out_have_a_card_and_an_open_box(run):
    members = Members.of(run, {})
    cards, boxes = pick_cards(members), member_boxes(members)
    for pick in picks(run):
        assert f'<a href="#member-{pick.number}">' in cards
        assert f'id="member-{pick.number}" open' in boxes
    assert boxes.count('<details class="member-box"') == len(run.front)
    assert boxes.count(" open>") == len({pick.number for pick in picks(run)})
    assert boxes.count('<svg class="circuit"') == len(run.front)


def test_each_member_has_a_row_in_the_table_and_both_halves_of_its_time(run):
    members = Members.of(run, {})
    assert front_table(members).count("<tr data-member=") == len(run.front)
    bars = time_bars(members, part_names(members))
    assert bars.count("<tr data-member=") == len(run.front)
    assert "classical half" in bars
    small = [text for facts in members.facts for text in facts.small_parts()]
    assert small
    assert all(text in bars for text in small)
