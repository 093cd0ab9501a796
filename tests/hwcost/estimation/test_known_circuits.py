"""A kept choice gives the same estimate with one compilation; whatever it depends on makes another key."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.backend.compiler import Compiler
from hwcost.estimation.conditions import prepare_conditions
from hwcost.estimation.estimate import estimate_under
from hwcost.estimation.options import EstimateRequest
from hwcost.estimation.seed_choices import SeedChoices


def ring(angle=0.3, name="ring"):
    circuit = QuantumCircuit(4, name=name)
    for qubit in range(4):
        circuit.ry(angle + qubit, qubit)
        circuit.cx(qubit, (qubit + 1) % 4)
    circuit.measure_all()
    return circuit


@pytest.fixture
def num_compiled(monkeypatch):
    """How often the device's own compiler is called; the one without connectivity limits is another."""
    calls = []
    compile_one = Compiler.compile

    def counted(self, *args, **options):
        calls.append(options["seed"])
        return compile_one(self, *args, **options)

    monkeypatch.setattr(Compiler, "compile", counted)
    return calls


@pytest.fixture
def choices(tmp_path):
    with closing(SeedChoices(tmp_path / "seeds.sqlite3")) as opened:
        yield opened


def estimated(choices, circuit=None, backend="fake_manila", **options):
    conditions = prepare_conditions(backend, EstimateRequest(**options))
    return estimate_under(replace(conditions, seed_choices=choices), circuit or ring())


@pytest.mark.parametrize("num_seeds", [1, 3, "auto"])
def test_the_second_estimate_is_the_same_from_one_compilation(choices, num_compiled, num_seeds):
    first = estimated(choices, num_seeds=num_seeds)
    num_compiled.clear()
    second = estimated(choices, num_seeds=num_seeds)
    assert num_compiled == [first.transpile.seed_chosen] * 2  # the other is the one without connectivity limits
    assert second.to_dict() == first.to_dict() == estimated(None, num_seeds=num_seeds).to_dict()
    assert second.spread == first.spread


def test_names_and_shots_do_not_matter(choices, num_compiled):
    estimated(choices, num_seeds=3)
    num_compiled.clear()
    other = estimated(choices, ring(name="other"), num_seeds=3, shots=77, job_profile="iqm")
    assert len(num_compiled) == 2
    assert other.to_dict() == estimated(None, ring(name="other"), num_seeds=3, shots=77, job_profile="iqm").to_dict()


@pytest.mark.parametrize(
    "changes",
    [
        {"circuit": ring(0.4)},
        {"backend": "fake_lima"},
        {"num_seeds": 2},
        {"seed": 1},
        {"optimization_level": 1},
        {"attenuation": "paper"},
        {"inflation": "mean"},
        {"task": "sampling"},
        {"rep_delay_s": 1e-3},
        {"durations_only": True},
        {"observable": "IIZZ"},
    ],
    ids=",".join,
)
def test_what_decides_about_the_best_seed_is_part_of_the_key(choices, num_compiled, changes):
    estimated(choices, num_seeds=3)
    num_compiled.clear()
    cost = estimated(choices, **{"num_seeds": 3, **changes})
    assert len(num_compiled) > 2
    assert cost.to_dict() == estimated(None, **{"num_seeds": 3, **changes}).to_dict()


def test_a_choice_that_costs_something_else_now_is_not_used(choices, tmp_path):
    first = estimated(choices, num_seeds=3)
    get = choices.get
    choices.get = lambda key: replace(get(key), rank_key=0.0, seed=99)
    assert estimated(choices, num_seeds=3).to_dict() == first.to_dict()


@pytest.mark.parametrize(
    "damage", ["[]", "{}", "no JSON", '{"spread": {"a": 1}, "seed": 0, "level": 2, "rank_key": 0}']
)
def test_what_cannot_be_read_is_computed_again(choices, damage):
    first = estimated(choices, num_seeds=2)
    choices._connection.execute("UPDATE cells SET outcome = ?", (damage,))
    choices._connection.commit()
    assert estimated(choices, num_seeds=2).to_dict() == first.to_dict()
    assert [warning.endswith("has damaged cells; they are computed again") for warning in choices.warnings] == [True]


def test_isa_circuits_are_not_kept(choices):
    isa = estimated(None, num_seeds=1).isa_circuit
    estimated(choices, isa, transpile=False)
    assert choices._connection.execute("SELECT COUNT(*) FROM cells").fetchone() == (0,)


def test_models_keep_choices_in_a_file(tmp_path, num_compiled):
    options = {"backend": "fake_manila", "scope": "inference", "gradient": "none", "num_seeds": 4}
    path = tmp_path / "kept.sqlite3"
    first = hwcost.estimate_model(ring(), cache=path, **options)
    num_compiled.clear()
    again = hwcost.estimate_model(ring(), cache=str(path), **options)
    assert len(num_compiled) == 2
    assert again.to_dict() == first.to_dict() == hwcost.estimate_model(ring(), **options).to_dict()
    with pytest.raises(hwcost.OptionError, match="cache is 3; give a file, True for the default one or False for none"):
        hwcost.estimate_model(ring(), cache=3, **options)
