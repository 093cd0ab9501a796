import pytest

pytest.importorskip("matplotlib")

from hwcost.report.pictures import figure_bytes
from nas.papers.plan import KINDS, make_plan
from nas.papers.plots import figures_of
from nas.runs.run import open_run


def test_figures_are_drawn_the_same_each_time(faqnas):
    plan = make_plan("faqnas", faqnas.folder, faqnas.datasets, faqnas.num_seeds, quick=True)
    runs = {(kind, seed): open_run(plan.run_folder("iris", kind, seed)) for kind in KINDS for seed in plan.seeds}
    assert list(figures_of(plan, {}, None, "")) == []
    ((name, caption, figure),) = figures_of(plan, {}, runs, "iris")
    assert name == "iris-flops"
    assert "2 seeds" in caption
    assert [axes.get_xlabel().split()[0] for axes in figure.axes] == ["quantum", "classical", "total"]
    points = sum(len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == ".")
    assert points == sum(len([e for e in runs["random", s].evaluations if e.state == "COMPLETE"]) for s in plan.seeds)
    assert (faqnas.folder / "iris-flops.svg").read_bytes() == figure_bytes(figure, ".svg")
