from pathlib import Path

import pytest

from nas import SettingError
from nas.papers.plan import DATASETS, folder_name, make_plan, search_config


@pytest.mark.parametrize("paper", DATASETS)
def test_searches_are_the_presets_with_a_seed_for_everything(paper):
    plan = make_plan(paper, Path("out"))
    first, second = (search_config(plan, "iris", kind, 3) for kind in ("search", "random"))
    assert first.preset == paper
    assert (first.algorithm, second.algorithm) == ("nsga2", "random")
    assert (first.seed, first.split_seed) == (3, 3)
    assert first.population == second.population
    assert plan.settings()["objectives"] == list(first.objectives)


def test_each_search_has_a_directory_of_its_own():
    plan = make_plan("faqnas", Path("out"), ("iris", "data/a.csv:kind", "data/b.csv:kind"), 2)
    folders = {
        plan.run_folder(d, kind, seed) for d in plan.datasets for kind in ("search", "random") for seed in (0, 1)
    }
    assert len(folders) == 12
    quick = make_plan("faqnas", Path("out"), ("iris",), 2, quick=True)
    assert quick.run_folder("iris", "search", 0) not in folders
    assert folder_name("../x", 0) == "data1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"paper": "hanas"}, "paper"),
        ({"paper": "qnas", "num_seeds": 1}, "num_seeds"),
        ({"paper": "qnas", "datasets": ("iris", "iris")}, "twice"),
    ],
    ids=["paper", "seeds", "twice"],
)
def test_what_is_asked_for_is_checked(arguments, said):
    with pytest.raises(SettingError, match=said):
        make_plan(folder=Path("out"), **arguments)
