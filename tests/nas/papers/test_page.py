import json

from made_claims import made_reproduction
from nas.papers.page import finding, notes_of, summary
from nas.papers.plan import make_plan


def test_the_page_says_verdict_figure_and_interval():
    text = str(made_reproduction())
    assert "1 reproduced, 0 not reproduced, 1 cannot be told, over 3 seeds" in text
    assert "0.600 (0.352 to 0.848)" in text
    assert "1 of 3 seeds have a figure" in text
    assert "Without training" in text
    assert "a third: a reason" in text


def test_json_and_rows_hold_the_figure_of_each_seed():
    reproduction = made_reproduction()
    plain = json.loads(reproduction.to_json())
    assert plain["schema"] == "nas.reproduction/1"
    assert plain["claims"][1]["values"] == [None, 0.1, None]
    assert plain["pictures"] == ["iris-flops.png"]
    first, second = reproduction.to_rows()
    assert (first["num_seeds"], second["num_seeds"], second["value"]) == (3, 1, "")


def test_quick_is_said(tmp_path):
    reproduction = made_reproduction(quick=True)
    assert "not of the paper" in summary(reproduction)
    assert "quick" in notes_of(make_plan("qnas", tmp_path, quick=True), reproduction.claims)[0]
    assert "--num-seeds 5" in notes_of(make_plan("qnas", tmp_path, num_seeds=2), reproduction.claims)[0]


def test_a_figure_without_interval_says_why():
    assert [finding(claim) for claim in made_reproduction().claims][1] == "1 of 3 seeds have a figure"
