from nas.papers.plan import KINDS, make_plan
from nas.papers.search_pays import search_pays
from nas.runs.run import open_run


def test_a_search_against_itself_gains_nothing(faqnas):
    plan = make_plan("faqnas", faqnas.folder, faqnas.datasets, faqnas.num_seeds, quick=True)
    runs = {(kind, seed): open_run(plan.run_folder("iris", kind, seed)) for kind in KINDS for seed in plan.seeds}
    claim = search_pays(runs, list(plan.seeds), "iris", "x")
    assert claim.values == next(one.values for one in faqnas.claims if one.name == "search-pays")
    same = {key: runs["search", key[1]] for key in runs}
    assert search_pays(same, list(plan.seeds), "iris", "x").values == (0.0, 0.0)
    swapped = {(kind, seed): runs["random" if kind == "search" else "search", seed] for kind, seed in runs}
    against = search_pays(swapped, list(plan.seeds), "iris", "x").values
    assert [round(a + b, 12) for a, b in zip(against, claim.values, strict=True)] == [0.0, 0.0]
