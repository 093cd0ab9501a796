"""Circuits and executions in closed form: reference points of IBM's client (0.51), cases by hand, laws."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import OptionError
from hwcost.primitives.counts import count_runs, learning_run, pec_randomizations, shots_of_pubs
from hwcost.primitives.options import read_options
from hwcost.primitives.pubs import read_pubs
from primitive_jobs import all_bases, isa_ansatz, isa_bell, one_term, parameter_sets

ONE = (isa_ansatz(), one_term(), parameter_sets())
TEN = (isa_ansatz(), one_term(), parameter_sets(10))
MANY = (isa_ansatz(), all_bases(), parameter_sets())


def runs_of(pubs, values=None, *, precision=None, shots=None, processing=None, **settings):
    read = read_pubs(pubs, "estimator")
    options = read_options(values, "estimator", processing=processing)
    wanted = shots_of_pubs(read, options, precision=precision, shots=shots)
    fixed = range(len(read)) if precision is not None or shots is not None else ()
    return count_runs(read, options, wanted, fixed=fixed, **settings)


def executions(*args, **settings):
    return sum(run.executions for run in runs_of(*args, **settings))


@pytest.mark.parametrize(
    ("pub", "level", "number"),
    [
        (ONE, 0, 2_500),
        (ONE, 1, 5_056),
        (ONE, 2, 10_112),
        (TEN, 1, 27_808),
        (MANY, 0, 202_500),
        (MANY, 1, 207_296),
        (MANY, 2, 616_832),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("processing", ["client", "server"])
def test_reference_points_of_the_client(pub, level, number, processing):
    """Efficient_su2(4, reps=1), default options, precision 0.02, as qiskit-ibm-runtime 0.51 prepares it."""
    assert executions([pub], {"resilience_level": level}, precision=0.02, processing=processing) == number


def test_purposes_by_hand():
    values = {"resilience_level": 2, "resilience": {"zne": {"noise_factors": [1, 2, 4.5]}}}
    runs = runs_of([ONE, TEN], values, precision=0.02)
    found = [(run.purpose, run.pub, run.noise_factor, run.num_circuits, run.shots) for run in runs]
    assert found == [
        ("computation", 0, 1.0, 32, 79),
        ("computation", 0, 2.0, 32, 79),
        ("computation", 0, 4.5, 32, 79),
        ("computation", 1, 1.0, 320, 79),
        ("computation", 1, 2.0, 320, 79),
        ("computation", 1, 4.5, 320, 79),
        ("readout learning", None, None, 32, 79),
    ]


def test_numbers_of_randomizations_by_hand():
    twirling = {"num_randomizations": 10, "shots_per_randomization": 7}
    learning = {"measure_noise_learning": {"num_randomizations": 3}}
    (run, readout) = runs_of([ONE], {"twirling": twirling, "resilience": learning}, precision=0.02)
    assert (run.num_circuits, run.shots, readout.num_circuits, readout.shots) == (10, 7, 3, 7)


def test_the_server_obeys_shots_that_were_asked_for():
    twirling = {"num_randomizations": 10, "shots_per_randomization": 7}
    asked = runs_of([ONE], {"twirling": twirling}, precision=0.02, processing="server")
    assert (asked[0].num_circuits, asked[0].shots) == (10, 250)
    default = runs_of([ONE], {"twirling": twirling, "default_shots": 2500}, processing="server")
    assert (default[0].num_circuits, default[0].shots) == (10, 7)


def test_the_server_learns_readout_in_32_circuits_and_as_many_shots():
    values = {"twirling": {"num_randomizations": 4}}
    readout = runs_of([ONE], values, precision=0.02, processing="server")[-1]
    assert (readout.num_circuits, readout.shots) == (32, 625)
    values["resilience"] = {"measure_noise_learning": {"num_randomizations": 5, "shots_per_randomization": 6}}
    readout = runs_of([ONE], values, precision=0.02)[-1]
    assert (readout.num_circuits, readout.shots) == (5, 6)


@pytest.mark.parametrize(
    ("values", "overhead", "number"),
    [
        ({}, 1.0, 40),  # 2500 shots in randomizations of 64
        ({}, 2.5, 100),
        ({}, 1e6, 4000),  # up to 100 times as many
        ({"max_overhead": None}, 1e3, 40_000),
        ({"noise_gain": 0.5}, 4.0, 80),
        ({"noise_gain": 1}, 4.0, 40),
        ({"noise_gain": 2}, 4.0, 40),
        ({"max_overhead": 2}, 4.0, 80),
    ],
    ids=range(8),
)
def test_randomizations_of_pec_by_hand(values, overhead, number):
    given_values = {"resilience": {"pec_mitigation": True, "pec": values}}
    runs = runs_of([ONE], given_values, precision=0.02, overheads={0: overhead})
    assert (runs[0].num_circuits, runs[0].shots, runs[1].num_circuits) == (number, 64, 40)
    options = read_options(given_values, "estimator")
    assert pec_randomizations(40, options, overhead) == number


def test_more_randomizations_than_can_be_run_are_refused():
    values = {"resilience": {"pec_mitigation": True, "pec": {"max_overhead": None}}}
    with pytest.raises(OptionError, match=r"PUB 0: PEC multiplies its 40 randomizations by 1.0e\+304"):
        runs_of([ONE], values, precision=0.02, overheads={0: 1e304})


def test_the_server_obeys_the_shots_of_those_pubs_that_have_some():
    read = read_pubs([(*ONE, 0.02), ONE], "estimator")
    twirling = {"num_randomizations": 10, "shots_per_randomization": 7}
    options = read_options({"twirling": twirling, "resilience_level": 0}, "estimator", processing="server")
    options = dataclasses.replace(options, twirl_measure=True)
    runs = count_runs(read, options, shots_of_pubs(read, options), fixed={0})
    assert [(run.num_circuits, run.shots) for run in runs] == [(10, 250), (10, 7)]


def test_learning_the_noise_of_layers():
    # A layer: 9 bases, 6 depths, 32 randomizations, 128 shots.
    run = learning_run(read_options(None, "estimator"), 5)
    assert (run.num_circuits, run.shots, run.in_job, run.num_templates) == (5 * 9 * 6 * 32, 128, False, 5 * 54)
    run = learning_run(read_options(None, "estimator", processing="server"), 5)
    assert (run.num_circuits, run.in_job) == (4 * 9 * 6 * 32, True)  # at most four layers by default


def test_sampler():
    read = read_pubs([isa_bell(), isa_bell()], "sampler")
    plain = read_options(None, "sampler")
    assert shots_of_pubs(read, plain) == (4096, 4096)
    runs = count_runs(read, plain, shots_of_pubs(read, plain, shots=100))
    assert [(run.num_circuits, run.shots) for run in runs] == [(1, 100), (1, 100)]
    twirled = read_options({"twirling": {"enable_measure": True}}, "sampler")
    runs = count_runs(read, twirled, shots_of_pubs(read, twirled))
    assert [(run.num_circuits, run.shots) for run in runs] == [(32, 128), (32, 128)]


def test_a_sampler_without_shots_is_refused():
    read = read_pubs([(isa_bell(), None, 10), isa_bell()], "sampler")
    options = read_options({"default_shots": None}, "sampler", processing="server")
    with pytest.raises(OptionError, match="PUB 1: it has no shots, and default_shots of the options is null"):
        shots_of_pubs(read, options)
    assert shots_of_pubs(read, options, shots=5) == (10, 5)


def test_where_shots_come_from():
    read = read_pubs([ONE, (*ONE, 0.1)], "estimator")
    server = read_options({"default_shots": 77}, "estimator", processing="server")
    assert shots_of_pubs(read, server) == (77, 100)
    assert shots_of_pubs(read, server, shots=9) == (9, 100)
    assert shots_of_pubs(read, server, precision=0.2) == (25, 100)
    client = read_options({"default_shots": 77}, "estimator")
    assert shots_of_pubs(read[:1], client) == (77,)
    assert shots_of_pubs(read, client, precision=0.1) == (100, 100)
    with pytest.raises(OptionError, match="PUB 1: its precision is 0.1 and that of PUB 0 is left open.*two jobs"):
        shots_of_pubs(read, client)


def test_the_client_takes_one_number_of_shots_for_all():
    read = read_pubs([isa_bell(), (isa_bell(), None, 10)], "sampler")
    with pytest.raises(OptionError, match="PUB 1: its shots is 10 and that of PUB 0 is 4096"):
        shots_of_pubs(read, read_options(None, "sampler"))
    assert shots_of_pubs(read, read_options(None, "sampler", processing="server")) == (4096, 10)


POOL = [ONE, TEN, (isa_ansatz(), [[one_term()], [one_term()]], parameter_sets(3))]
LEVELS = st.sampled_from([{"resilience_level": level} for level in (0, 1, 2)])


@given(chosen=st.lists(st.sampled_from(range(3)), min_size=1, max_size=4), values=LEVELS, log=st.floats(-3.5, -0.5))
def test_executions_add_up_over_pubs(chosen, values, log):
    precision = 10.0**log
    together = runs_of([POOL[i] for i in chosen], values, precision=precision)
    computation = sum(run.executions for run in together if run.purpose == "computation")
    alone = [runs_of([POOL[i]], values, precision=precision) for i in chosen]
    assert computation == sum(run.executions for runs in alone for run in runs if run.purpose == "computation")
    # Readout is learned once for all.
    learning = [[run for run in runs if run.purpose == "readout learning"] for runs in (together, alone[0])]
    assert learning[0] == learning[1]


@given(values=LEVELS, logs=st.tuples(st.floats(-3.5, -0.5), st.floats(-3.5, -0.5)))
def test_more_precision_never_takes_fewer_shots_than_asked_for(values, logs):
    coarse, fine = (10.0**log for log in sorted(logs, reverse=True))
    few, many = (executions([ONE], values, precision=precision) for precision in (coarse, fine))
    # Both are rounded up to whole randomizations; beyond that rounding the order holds.
    rounding = 1.0 + 64 / math.ceil(1 / fine**2) + 1 / 32 + 1e-9
    assert few <= many * rounding
    assert many >= math.ceil(1 / fine**2)


@given(logs=st.tuples(st.floats(-3.5, -0.5), st.floats(-3.5, -0.5)), level=st.sampled_from([0]))
def test_without_twirling_executions_are_monotone_in_precision(logs, level):
    coarse, fine = (10.0**log for log in sorted(logs, reverse=True))
    values = {"resilience_level": level}
    assert executions([TEN], values, precision=coarse) <= executions([TEN], values, precision=fine)
