import numpy as np

from made_claims import made_sample
from nas.papers.hyb_hanas import _co_adaptation, claims_of_costs, co_adaptation, correlations

SEEDS, DEVICES = range(4), ("one", "two")


def made_costs(classical_s: float):
    """FLOPs rank the times, parameters do not; noise adds a fifth; the classical half takes so many seconds of 100."""
    costs = {}
    for position, device in enumerate(DEVICES):
        for seed in SEEDS:
            rng = np.random.default_rng([seed, position])
            rows = []
            for _ in range(40):
                time = rng.uniform(1.0, 2.0)
                row = {
                    "flops": time,
                    "parameters": rng.uniform(),
                    "logical_gates": time,
                    "two_qubit_gates": 10.0 * time,
                }
                row |= {"log10_t_eff": rng.uniform(), "p_fail": 0.9, "noise_shots": 0.2, "swap_gates": 3}
                for scope in ("inference", "step", "simulated"):
                    row |= {f"{scope}_qpu_s": time, f"{scope}_classical_share": classical_s / 100.0}
                    row[f"{scope}_seen"] = classical_s >= 1.0
                rows.append(row)
            costs[device, seed] = rows
    return costs


def verdicts(classical_s=1e-4):
    return {claim.name: claim.verdict for claim in claims_of_costs(made_costs(classical_s), list(SEEDS), DEVICES)}


def test_figures_that_rank_networks_do_not_mislead_and_others_do():
    found = verdicts()
    assert found["misleads-flops-step"] == "not reproduced"
    assert found["misleads-parameters-step"] == "reproduced"
    assert found["model-ranks-better-step"] == "not reproduced"


def test_what_dominates():
    found = verdicts()
    assert found["dominates-p-fail"] == "reproduced"
    assert found["dominates-noise-shots"] == "not reproduced"
    assert found["dominates-swap-gates"] == "not reproduced"


def test_a_time_that_does_not_show_a_half_does_not_weigh_it():
    assert verdicts()["both-halves-step"] == "not reproduced"
    assert verdicts(50.0)["both-halves-step"] == "reproduced"


def test_correlations_are_of_each_device_and_seed():
    found = correlations(made_costs(0.0), SEEDS, DEVICES, "flops", "step")
    assert found == {device: [1.0] * 4 for device in DEVICES}


def test_halves_that_add_up_do_not_adapt():
    def adding(x, genes):
        return 0.1 * x

    samples = [made_sample(seed, adding, number=600) for seed in SEEDS]
    assert _co_adaptation(samples, "made").verdict != "reproduced"
    assert abs(co_adaptation(samples[0])) < 0.15


def test_one_half_that_makes_up_for_the_other_is_seen():
    samples = []
    for seed in SEEDS:
        sample = made_sample(seed, lambda x, genes: 0.0)
        classical = np.log10(sample.classical_flops)
        # Either half is enough: what counts is the larger of the two.
        values = np.maximum(np.array(sample.log_quantum), classical)
        samples.append(
            type(sample)(**{f: getattr(sample, f) for f in sample.__slots__} | {"accuracies": tuple(values)})
        )
    claim = _co_adaptation(samples, "made")
    assert claim.verdict == "reproduced"
    assert claim.interval.high < 0.0
    assert "makes up" in claim.remark
