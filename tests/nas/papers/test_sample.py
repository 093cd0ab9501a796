from nas.papers.plan import make_plan
from nas.papers.sample import estimated_accuracies, sample_of, volumes
from nas.runs.run import open_run


def runs_of(faqnas):
    plan = make_plan("faqnas", faqnas.folder, faqnas.datasets, faqnas.num_seeds, quick=True)
    return [open_run(plan.run_folder("iris", kind, 0)) for kind in ("search", "random")]


def test_columns_are_those_of_the_evaluations(faqnas):
    run = runs_of(faqnas)[1]
    sample = sample_of(run)
    complete = [one for one in run.evaluations if one.state == "COMPLETE"]
    assert sample.hashes == tuple(one.architecture_hash for one in complete)
    assert sample.accuracies == tuple(one.accuracies[0] for one in complete)
    assert sample.quantum_flops == sample.objective("quantum_flops")
    assert sample.classical_flops == tuple(34 * qubits for qubits in sample.gene("qubits"))  # 4 features, 3 classes
    assert sample.total_flops[0] == sample.quantum_flops[0] + sample.classical_flops[0]
    assert sample.gene("no such gene") == (None,) * len(complete)
    assert sample.num_validation == 24


def test_estimates_are_drawn_together(faqnas):
    run = runs_of(faqnas)[1]
    estimated = estimated_accuracies(run)
    sample = sample_of(run)
    assert estimated.keys() == set(sample.hashes)
    assert max(estimated.values()) <= max(max(one.accuracies) for one in run.evaluations if one.accuracies)


def test_a_front_has_the_volume_of_itself(faqnas):
    search, random = runs_of(faqnas)
    first, second = volumes([search, search])
    assert first == second
    assert all(0.0 <= value <= 1.0 for value in volumes([search, random]))
