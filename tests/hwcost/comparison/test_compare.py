"""`compare`: cells against `estimate`, planted and real differences, failures, cache and resume, workers."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, qpy, transpile
from qiskit.circuit.random import random_circuit

import hwcost
import sample_compilers
from hwcost.circuits.suites import iter_circuits
from hwcost.comparison.cache import CellCache
from hwcost.comparison.cell import METRICS, check_metric
from hwcost.comparison.work import CellTask, CellWork
from hwcost.core.errors import CalibrationError, CircuitError, OptionError, UnknownBackendError
from make import small_calibration


def ghz(width, name=None):
    circuit = QuantumCircuit(width, name=name or f"ghz_{width}")
    circuit.h(0)
    for qubit in range(1, width):
        circuit.cx(0, qubit)
    circuit.measure_all()
    return circuit


def compare(circuits, backends, **options):
    options = {"num_workers": 1, "cache": False, "num_seeds": 3, "optimization_levels": (0, 1), **options}
    if "compilers" in options:
        options = {"optimization_levels": None, **{k: v for k, v in options.items() if k != "optimization_levels"}}
    return hwcost.compare(circuits, backends, **options)


LINE = small_calibration(5, name="line")
RING = small_calibration(6, name="ring", edges=[(i, (i + 1) % 6) for i in range(6)], two_qubit_gate="cz")


@given(st.integers(0, 10**6), st.integers(2, 5), st.sampled_from([0, 1, 2, 3]), st.booleans())
@settings(max_examples=12, deadline=None)
def test_a_cell_is_what_estimate_says(seed, width, level, by_precision):
    circuit = random_circuit(width, 4, max_operands=2, measure=True, seed=seed)
    options = {"precision": 0.02} if by_precision else {"shots": 500}
    found = compare(circuit, RING, optimization_levels=level, num_seeds=2, seed=seed, **options)
    for cell in found.cells:
        expected = hwcost.estimate(circuit, RING, optimization_level=level, num_seeds=1, seed=cell.seed, **options)
        plain, cost = expected.to_dict(), cell.cost
        assert cost.qpu_time_s == expected.time.qpu_time_s
        assert cost.shots_needed == expected.shots.needed
        assert cost.circuit_duration_s == expected.time.circuit_duration_s
        assert cost.inflation_worst == expected.shots.inflation_worst
        assert cost.readout_s == expected.time.readout_s
        assert (cost.num_1q, cost.num_2q, cost.depth) == (
            plain["gates"]["num_1q"], plain["gates"]["num_2q"], plain["gates"]["depth"]
        )  # fmt: skip
        assert (cost.num_swaps, cost.swap_time_s) == (expected.routing.num_swaps, expected.routing.time_s)
        job = plain["time"]["job_time_s"]
        assert [cost.job_time_s, cost.job_time_low_s, cost.job_time_high_s] == (
            [None] * 3 if job is None else [job["value"], job["low"], job["high"]]
        )
        assert cost.log10_esp == expected.noise.log10_esp
        assert cost.attenuation_worst == min(a.value for a in expected.shots.attenuation)
        assert cost.equivalence in ("equal", "equal from zero")


def test_cells_come_in_order_and_once():
    found = compare([ghz(2), ghz(3)], [LINE, RING], num_seeds=2, seed=7)
    keys = [(c.circuit, c.backend, c.compiler, c.seed) for c in found.cells]
    assert keys == [
        (circuit, backend, compiler, seed)
        for circuit in ("ghz_2", "ghz_3")
        for backend in ("line", "ring")
        for compiler in ("qiskit-O0", "qiskit-O1")
        for seed in (7, 8)
    ]
    assert found.to_csv().count("\n") == len(keys) + 1


def test_planted_case_the_same_compiler_twice():
    found = compare(ghz(5), LINE, compilers=[sample_compilers.right, sample_compilers.right_again], num_seeds=8)
    for metric in ("qpu_time_s", "num_2q", "circuit_duration_s"):
        assert found.difference(by=metric).verdict == "identical"
        assert "no difference is claimed" in found.difference(by=metric).statement
    assert found.ranking()[1].place == 1


def test_real_case_level_0_against_level_3():
    calibration = small_calibration(
        7, edges=[(i, i + 1) for i in range(6)], gates={("cx", pair): {"error": 0.05} for pair in ((0, 1), (1, 0))}
    )
    found = compare(ghz(5), calibration, optimization_levels=(0, 3), num_seeds=8)
    difference = found.difference()
    assert (difference.verdict, difference.better) == ("different", ("small", "qiskit-O3"))
    assert difference.p_value == 2 / 2**8
    assert difference.num_pairs == 8
    too_few = compare(ghz(5), calibration, optimization_levels=(0, 3), num_seeds=5).difference()
    assert (too_few.verdict, too_few.better) == ("too few seeds", None)


def test_a_circuit_given_twice_is_one_piece_of_evidence():
    once = compare([ghz(5), ghz(4)], RING, num_seeds=4)
    twice = compare([ghz(5), ghz(4), ghz(5)], RING, num_seeds=4)
    assert [c.name for c in twice.circuits] == ["ghz_5", "ghz_4", "ghz_5 (2)"]
    assert twice.difference() == once.difference()
    assert twice.difference(circuit="ghz_5 (2)").num_pairs == 4
    assert "ghz_5 (2) is the same circuit as ghz_5;" in str(twice)
    assert "the same circuit" not in str(once)


def test_ranking_by_any_column():
    found = compare([ghz(3), ghz(5)], [LINE, RING], num_seeds=2)
    for metric in METRICS:
        assert len(found.ranking(metric)) == 4
    assert found.ranking("two-qubit gates") == found.ranking("num_2q")
    with pytest.raises(OptionError, match="there is no column 'colour' to rank by; choose from qpu_time_s"):
        check_metric("colour")
    with pytest.raises(OptionError, match="was not compared"):
        found.difference(("line", "qiskit-O9"))
    with pytest.raises(OptionError, match="was not compared"):
        found.ranking(circuit="bell")


def test_without_noise_there_is_nothing_to_rank_by_attenuation():
    found = compare(ghz(3), LINE, durations_only=True, sort_by="attenuation")
    assert found.answer() == ((), None)
    with pytest.raises(OptionError, match="no cell has a value for attenuation_worst"):
        found.ranking()
    assert "nothing was costed" in str(found)
    assert json.loads(found.to_json())["ranking"] == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("unchanged", "the compiled circuit cannot be costed: .*not native there$"),
        ("uncoupled", "the compiled circuit cannot be costed: "),
        ("without_first_two_qubit_gate", "does something else: its outcomes are distributed otherwise"),
        ("without_last_measurement", "never measures into classical bit"),
        ("raises", "the compiler fails with RuntimeError: no such pass at all"),
        ("exits", "the compiler fails with SystemExit: 3"),
        ("returns_text", "the compiler returns an object of type str, not a QuantumCircuit"),
    ],
)
def test_a_wrong_compiler_fails_with_a_reason_and_the_rest_is_delivered(name, says):
    found = compare(ghz(4), LINE, compilers=["qiskit:1", f"sample_compilers:{name}"], num_seeds=2)
    (failure,) = found.failures
    assert failure.seeds == (0, 1)
    assert failure.kind == "input"
    assert re.search(says, failure.error), failure.error
    assert [place.compiler for place in found.ranking()] == ["qiskit-O1"]
    assert found.difference() is None
    rows = found.to_rows()
    assert [row["status"] for row in rows] == ["ok", "ok", "failed", "failed"]


def test_a_lost_layout_is_caught_where_qubits_moved():
    circuit = QuantumCircuit(3, 2, name="unlike")
    circuit.x(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.rx(0.4, 2)
    found = compare(circuit, LINE, compilers="sample_compilers:loses_layout", num_seeds=1)
    assert found.failures
    assert "does something else" in found.failures[0].error


def test_what_a_compiler_prints_is_no_data(capfd):
    compare(ghz(2), LINE, compilers="sample_compilers:prints", num_seeds=1)
    out, err = capfd.readouterr()
    assert out == ""
    assert "chatter" in err


def test_refused_and_unusable_backends_fail_their_cells():
    old = small_calibration(5, name="narrow", gates={("cx", p): {"error": 1.0} for p in ((1, 2), (2, 1))})
    found = compare(ghz(4), [LINE, old], num_seeds=1)
    assert {cell.backend for cell in found.cells if cell.error} == {"narrow"}
    refused = compare(ghz(4), [LINE, RING], num_seeds=1, max_age_days=1e5)
    assert not refused.failures
    with pytest.raises(CalibrationError, match="old"):
        compare(ghz(4), [LINE], num_seeds=1, max_age_days=0.001)


def test_fake_kyoto_is_a_failed_cell():
    found = compare(ghz(2), ["fake_kyoto", "fake_manila"], num_seeds=1, optimization_levels=0)
    assert [(c.backend, c.cost is None) for c in found.cells] == [("fake_kyoto", True), ("fake_manila", False)]
    assert "healthy" in found.failures[0].error


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"num_seeds": 0}, "num_seeds"),
        ({"num_workers": 0}, "num_workers is 0"),
        ({"num_workers": 1.5}, "num_workers is 1.5"),
        ({"sort_by": "beauty"}, "no column 'beauty'"),
        ({"cache": ""}, "cache is ''"),
        ({"optimization_levels": (1, 1)}, "given twice"),
        ({"optimization_levels": ()}, "no compiler to compare"),
        ({"compilers": 7}, "compilers is a int"),
        ({"compilers": ["sample_compilers:nothing"]}, "has no 'nothing'"),
    ],
)
def test_wrong_options_are_one_line(options, says):
    with pytest.raises(OptionError, match=says):
        compare(ghz(2), LINE, **options)


def test_wrong_backends_are_one_line():
    with pytest.raises(UnknownBackendError):
        compare(ghz(2), [LINE, "fake_sherbroke"])
    with pytest.raises(OptionError, match="no backend"):
        compare(ghz(2), [])
    with pytest.raises(OptionError, match="given twice"):
        compare(ghz(2), [LINE, LINE])


def test_an_unreadable_file_does_not_keep_the_others_back(tmp_path):
    (tmp_path / "bad.qasm").write_text("OPENQASM 2.0; qreg q[")
    with (tmp_path / "two.qpy").open("wb") as file:
        qpy.dump([ghz(2), ghz(3)], file)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.qasm").write_text(
        'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; creg c[1]; x q[0]; measure q -> c;'
    )
    (tmp_path / "notes.txt").write_text("no circuit")
    found = compare(tmp_path, LINE, num_seeds=1, optimization_levels=0)
    assert [c.name for c in found.circuits] == ["more", "ghz_2", "ghz_3"]
    assert [f.what for f in found.unread] == [str(tmp_path / "bad.qasm")]
    (tmp_path / "empty").mkdir()
    with pytest.raises(CircuitError, match="no circuits in this folder"):
        compare(tmp_path / "empty", LINE)
    with pytest.raises(OptionError, match="a circuit of type int"):
        list(iter_circuits([7]))


def test_circuits_of_one_name_and_generators():
    found = compare((ghz(n, "same") for n in (2, 3)), LINE, num_seeds=1, optimization_levels=0)
    assert [c.name for c in found.circuits] == ["same", "same (2)"]
    named = compare({"a": ghz(2), "b": ghz(2)}, LINE, num_seeds=1, optimization_levels=0)
    assert [c.name for c in named.circuits] == ["a", "b"]


def test_measure_all_and_its_absence():
    bare = QuantumCircuit(2, name="bare")
    bare.h(0)
    bare.cx(0, 1)
    with_all = compare(bare, LINE, measure_all=True, num_seeds=1, optimization_levels=0)
    assert with_all.cells[0].cost.num_measure == 2
    without = compare(bare, LINE, num_seeds=1, optimization_levels=0)
    assert without.circuits[0].warnings
    assert without.cells[0].cost.num_measure == 0


def test_finished_cells_are_not_computed_again(tmp_path, monkeypatch):
    cache = tmp_path / "cells.sqlite3"
    done = []
    work = CellWork._outcome
    monkeypatch.setattr(CellWork, "_outcome", lambda self, *a: done.append(a) or work(self, *a))
    first = compare([ghz(2), ghz(3)], LINE, cache=cache)
    assert (len(done), first.num_from_cache) == (12, 0)
    again = compare([ghz(2), ghz(3), ghz(4)], LINE, cache=cache, num_seeds=4)
    # New are: ghz_4 with 4 seeds by 2 levels, and seed 3 of the two others by 2 levels.
    assert (len(done) - 12, again.num_from_cache) == (8 + 4, 12)
    assert again.cells[0] == first.cells[0]
    renamed = ghz(2, "renamed")
    assert compare(renamed, LINE, cache=cache).num_from_cache == 6
    for options in ({"shots": 100}, {"inflation": "mean"}, {"rep_delay_s": 1e-4}, {"keep_dead_readout": True}):
        other = compare(ghz(2), LINE, cache=cache, **options)
        assert other.num_from_cache == 0, options
    slower = small_calibration(5, name="line", qubits={0: {"t1_s": 1e-5}})
    assert compare(ghz(2), slower, cache=cache).num_from_cache == 0


def test_functions_are_kept_only_with_a_version(tmp_path):
    cache = tmp_path / "cells.sqlite3"
    for expected in (0, 3):
        found = compare(ghz(2), LINE, cache=cache, compilers=["sample_compilers:right", "sample_compilers:versioned"])
        assert found.num_from_cache == expected
    assert "sample_compilers:right are not kept" in found.notes[0]


@pytest.mark.parametrize("num_workers", [1, 2])
def test_interrupted_and_resumed_gives_the_same_bytes(tmp_path, num_workers):
    circuits = [ghz(2), ghz(4), ghz(5)]
    options = {"num_seeds": 5, "num_workers": num_workers, "optimization_levels": (0, 1)}
    undisturbed = compare(circuits, [LINE, RING], **options)
    cache = tmp_path / "cells.sqlite3"

    def stop(done, total):
        if done >= total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(circuits, [LINE, RING], cache=cache, progress=stop, **options)
    with closing(sqlite3.connect(cache)) as connection:
        (kept,) = connection.execute("SELECT COUNT(*) FROM cells").fetchone()
    assert kept == 30
    seen = []
    resumed = compare(circuits, [LINE, RING], cache=cache, progress=lambda *a: seen.append(a), **options)
    assert seen[0] == (30, 60)
    assert seen[-1] == (60, 60)
    assert len(seen) == 31
    assert resumed.to_csv() == undisturbed.to_csv()
    assert resumed.to_json() == undisturbed.to_json()
    assert resumed.num_from_cache == 30


def test_workers_give_what_one_process_gives_and_a_killed_one_costs_one_cell():
    found = compare(
        [ghz(3), ghz(4)],
        LINE,
        compilers=["qiskit:0", "sample_compilers:killed_at_seed_one"],
        num_seeds=3,
        num_workers=2,
    )
    assert {(c.circuit, c.seed) for c in found.cells if c.error} == {("ghz_3", 1), ("ghz_4", 1)}
    assert all(c.error == "the worker process was killed by SIGKILL" for c in found.cells if c.error)
    assert {f.kind for f in found.failures} == {"work"}
    alone = compare([ghz(3), ghz(4)], LINE, compilers=["qiskit:0"], num_seeds=3)
    assert [c.cost for c in found.cells if c.compiler == "qiskit-O0"] == [c.cost for c in alone.cells]


def test_workers_start_before_the_devices_are_read_where_all_cells_have_to_be_computed(tmp_path, monkeypatch):
    from hwcost.comparison import compare as module

    numbers, real = [], module.started_early

    def noted(num_workers, imports):
        numbers.append(num_workers)
        return real(num_workers, imports)

    monkeypatch.setattr(module, "started_early", noted)
    circuits, options = [ghz(2), ghz(3)], {"num_seeds": 10, "num_workers": 2, "cache": tmp_path / "cells.sqlite3"}
    first = compare(circuits, LINE, **options)  # 40 cells
    again = compare(circuits, LINE, **options)
    few = compare(circuits, LINE, num_seeds=2, num_workers=2)
    alone = compare(circuits, LINE, **{**options, "num_workers": 1, "cache": False})
    assert numbers == [2, 0, 0, 0]
    assert (first.num_from_cache, again.num_from_cache) == (0, 40)
    assert first.to_csv() == again.to_csv() == alone.to_csv()
    assert len(few.cells) == 8
    with pytest.raises(UnknownBackendError):
        compare(circuits, ["fake_nowhere", LINE], num_seeds=10, num_workers=2)
    assert numbers[4:] == [2]


def test_what_cannot_be_sent_to_a_worker_is_one_line():
    with pytest.raises(OptionError, match="cannot be sent to worker processes"):
        compare(ghz(3), LINE, compilers=[lambda c, t, s: c], num_workers=2)


def test_a_failure_of_the_work_is_not_kept(tmp_path, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("in a formula")

    cache = tmp_path / "cells.sqlite3"
    with monkeypatch.context() as patch:
        patch.setattr("hwcost.comparison.work.evaluate", broken)
        found = compare(ghz(2), LINE, cache=cache)
    assert {f.kind for f in found.failures} == {"work"}
    assert "ZeroDivisionError: in a formula" in found.failures[0].error
    again = compare(ghz(2), LINE, cache=cache)
    assert (again.num_from_cache, again.failures) == (0, ())


def test_one_device_and_one_circuit_are_kept_at_a_time(tmp_path):
    from hwcost.comparison.compilers import QiskitCompiler
    from hwcost.comparison.work import Setup, spool_circuit
    from hwcost.estimation.conditions import conditions_on
    from hwcost.estimation.options import EstimateRequest

    devices = tuple(hwcost.prepare_device(c) for c in (LINE, RING))
    backends = tuple(conditions_on(device, EstimateRequest()) for device in devices)
    work = CellWork(Setup(backends=backends, compilers=(QiskitCompiler(optimization_level=0),)))
    spool_circuit(ghz(3), tmp_path / "0")
    targets = []
    for device in (0, 0, 1):
        task = CellTask(circuit=0, circuit_file=str(tmp_path / "0"), device=device, compiler=0, seeds=(0,))
        assert next(iter(work(task)))[1].cost is not None
        targets.append(work._conditions[1].device.target)
    assert targets[0] is targets[1]
    assert targets[1] is not targets[2]
    assert "target" not in vars(devices[0])


def test_report_frame_and_dictionary():
    found = compare([ghz(3), ghz(5)], [LINE, RING], num_seeds=6, sort_by="num_2q")
    text = str(found)
    assert "Best by two-qubit gates" in text or "One of the best by two-qubit gates" in text
    assert "2 circuits × 2 backends × 2 compilers × 6 seeds" in text
    assert "<pre" in found._repr_html_()
    plain = json.loads(found.to_json())
    assert plain["schema"] == "hwcost.comparison/1"
    assert len(plain["cells"]) == 48
    assert repr(found).startswith("<Comparison of 2 circuits")
    pandas = pytest.importorskip("pandas")
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    medians = frame.groupby(["circuit", "backend", "compiler"])["num_2q"].median()
    assert found.ranking(circuit="ghz_5")[0].median == medians["ghz_5"].min()


def test_mqt_bench_is_the_same_every_time():
    pytest.importorskip("mqt.bench")
    names = ["ghz", "graphstate", "qpeexact"]
    one, two = ([(c.circuit.name, c.sha256) for c in hwcost.mqt_bench_circuits(names, (3, 4))] for _ in range(2))
    assert one == two
    assert [name for name, _ in one] == ["ghz_3", "ghz_4", "graphstate_3", "graphstate_4", "qpeexact_3", "qpeexact_4"]
    found = compare(hwcost.mqt_bench_circuits(["ghz", "shor"], (4,)), LINE, num_seeds=1, optimization_levels=0)
    assert [c.name for c in found.circuits] == ["ghz_4"]
    assert found.unread[0].what == "shor_4"
    with pytest.raises(OptionError, match="has no benchmark 'nothing'"):
        hwcost.mqt_bench_circuits(["nothing"])
    with pytest.raises(OptionError, match="size 0"):
        hwcost.mqt_bench_circuits(["ghz"], (0,))


def test_a_damaged_cache_is_one_warning(tmp_path):
    cache = tmp_path / "cells.sqlite3"
    first = compare(ghz(2), LINE, cache=cache)
    data = bytearray(cache.read_bytes())
    data[100:400] = b"\xff" * 300
    cache.write_bytes(data)
    again = compare(ghz(2), LINE, cache=cache)
    assert again.to_csv() == first.to_csv()
    assert len(again.cache_warnings) == 1
    assert "damaged" in again.cache_warnings[0]
    assert again.num_from_cache == 0
    assert compare(ghz(2), LINE, cache=cache).num_from_cache == 6


@pytest.mark.parametrize("table", ["users", "cells"])
def test_a_database_of_somebody_else_is_not_touched(tmp_path, table):
    path = tmp_path / "mine.sqlite3"
    base = sqlite3.connect(path)
    base.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, v TEXT)")
    base.execute(f"INSERT INTO {table} VALUES (1, 'x')")
    base.commit()
    base.close()
    before = path.read_bytes()
    with pytest.raises(OptionError, match="is not a cache of hwcost; name another file"):
        compare(ghz(2), LINE, cache=path)
    (tmp_path / "text.db").write_text("my notes")
    with pytest.raises(OptionError, match="is not a cache of hwcost; name another file"):
        compare(ghz(2), LINE, cache=tmp_path / "text.db")
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["mine.sqlite3", "text.db"]


def test_compilers_that_cannot_be_told_from_each_other_share_no_cells(tmp_path):
    def make(level):
        def compiler(circuit, target, seed):
            return transpile(circuit, target=target, seed_transpiler=seed, optimization_level=level)

        compiler.version = "1"
        return compiler

    for _ in range(2):  # the second time nothing comes from the cache, for a closure says nothing of what it holds
        found = compare(ghz(4), RING, compilers=[make(0), make(3)], num_seeds=6, cache=tmp_path / "c.sqlite3")
        assert found.num_from_cache == 0
        assert len({cell.cost.num_1q for cell in found.cells}) > 1
    named = make(0)
    named.name = "level 0"
    compare(ghz(4), RING, compilers=named, cache=tmp_path / "c.sqlite3")
    assert compare(ghz(4), RING, compilers=named, cache=tmp_path / "c.sqlite3").num_from_cache == 3
    with pytest.raises(OptionError, match="two compilers cannot be told from each other"):
        compare(ghz(4), RING, compilers=[sample_compilers.versioned] * 2)


def test_a_compiler_cannot_spoil_the_target_of_others():
    compilers = ["sample_compilers:changes_the_target", "qiskit:3"]
    alone = compare(ghz(5), RING, compilers="qiskit:3", num_seeds=5)
    beside = compare(ghz(5), RING, compilers=compilers, num_seeds=5)
    costs = [cell.cost for cell in beside.cells if cell.compiler == "qiskit-O3"]
    assert costs == [cell.cost for cell in alone.cells]
    assert not beside.failures


def test_failures_of_somebody_elses_compiler_are_not_kept(tmp_path, monkeypatch):
    options = {"compilers": "sample_compilers:fails_at_first", "cache": tmp_path / "c.sqlite3"}
    assert "ConnectionError: no licence" in compare(ghz(2), LINE, **options).failures[0].error
    monkeypatch.setenv("SAMPLE_LICENCE", "1")
    assert not compare(ghz(2), LINE, **options).failures
    assert compare(ghz(2), LINE, **options).num_from_cache == 3


def test_out_of_memory_is_no_fault_of_the_input(tmp_path, monkeypatch):
    def without_memory(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("hwcost.backend.compiler.Compiler._run", without_memory)
        found = compare(ghz(2), LINE, cache=tmp_path / "c.sqlite3")
    assert {failure.kind for failure in found.failures} == {"work"}
    assert "out of memory while Qiskit transpiles it" in found.failures[0].error
    assert not compare(ghz(2), LINE, cache=tmp_path / "c.sqlite3").failures


def test_whatever_a_compiler_raises_is_a_failed_cell():
    found = compare(ghz(2), LINE, compilers=["sample_compilers:leaves", "qiskit:1"], num_seeds=2)
    assert [failure.error for failure in found.failures] == ["the compiler fails with GeneratorExit: bye"]
    alone = compare(ghz(2), LINE, compilers=lambda *given: sample_compilers.leaves(*given))  # noqa: PLW0108, it runs here
    assert "the compiler fails with GeneratorExit: bye" in alone.failures[0].error


def test_what_nobody_knows_is_not_ranked():
    found = compare(ghz(5), RING, compilers=["qiskit:0", "sample_compilers:right"], num_seeds=8, sort_by="num_swaps")
    assert [place.compiler for place in found.ranking()] == ["qiskit-O0"]
    assert found.difference() is None
    assert "not ranked, because their num_swaps is unknown: ring by sample_compilers:right" in " ".join(
        str(found).split()
    )
    assert len(found.ranking("num_2q")) == 2


def test_a_circuit_of_which_nothing_is_left_is_the_best():
    mirror = QuantumCircuit(2, name="mirror")
    mirror.h(0)
    mirror.cx(0, 1)
    mirror.cx(0, 1)
    mirror.h(0)
    found = compare(mirror, LINE, optimization_levels=(0, 3), num_seeds=2)
    assert not found.failures
    assert [(place.compiler, place.median) for place in found.ranking("num_2q")] == [("qiskit-O3", 0), ("qiskit-O0", 2)]
    cost = next(cell.cost for cell in found.cells if cell.compiler == "qiskit-O3")
    assert (cost.circuit_duration_s, cost.inflation_worst, cost.attenuation_worst) == (0.0, 1.0, 1.0)
    assert (cost.shots_needed, cost.esp, cost.equivalence) == (cost.shots_noiseless, 1.0, "equal")
    assert cost.qpu_time_s == cost.shots_needed * cost.rep_delay_s


def test_measurements_can_neither_be_added_nor_dropped():
    flow = QuantumCircuit(2, 2, name="flow")
    flow.h(0)
    flow.measure(0, 0)
    with flow.if_test((0, 1)):
        flow.x(1)
    flow.measure(1, 1)
    bare = QuantumCircuit(2, name="bare")
    bare.h(0)
    bare.cx(0, 1)
    more, dropped = "sample_compilers:measures_more", "sample_compilers:drops_all"
    found = compare([ghz(2), bare, flow], LINE, compilers=[more, dropped, "qiskit:1"], num_seeds=1)
    errors = {(cell.circuit, cell.compiler): cell.error for cell in found.cells}
    assert "measures into classical bit 2; the circuit does not" in errors["ghz_2", more]
    assert "measures into classical bit 0; the circuit does not" in errors["bare", more]
    assert "measures into classical bit 2; the circuit does not" in errors["flow", more]
    assert "never measures into classical bit 0; the circuit does" in errors["flow", dropped]
    assert {errors[name, "qiskit-O1"] for name in ("ghz_2", "bare", "flow")} == {None}


def test_folders_that_cannot_be_read_do_not_keep_the_rest_back(tmp_path, monkeypatch):
    with (tmp_path / "good.qpy").open("wb") as file:
        qpy.dump(ghz(2), file)
    (tmp_path / "link.qasm").symlink_to(tmp_path / "nowhere.qasm")
    (tmp_path / "secret").mkdir()
    scan = os.scandir

    def refusing(path):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)  # root may read everything
    found = compare(tmp_path, LINE, num_seeds=1)
    assert [circuit.name for circuit in found.circuits] == ["ghz_2"]
    assert [failure.what.rpartition("/")[2] for failure in found.unread] == ["link.qasm", "secret"]


def test_names_of_files_that_are_no_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.qpy"
    with open(path, "wb") as file:
        qpy.dump(ghz(2), file)
    found = compare(tmp_path, LINE, num_seeds=1)
    assert r"\udcff\udcfe.qpy" in found.to_json().encode().decode().replace("\\\\", "\\")
    found.to_csv().encode()


def test_damaged_cells_are_computed_again(tmp_path):
    cache = tmp_path / "cells.sqlite3"
    compare(ghz(2), LINE, cache=cache)
    texts = ["", "[]", "{}", '{"cost": {"num_2q": 1}}', '{"cost": null}', "[" * 100_000]
    with closing(sqlite3.connect(cache)) as connection, connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM cells")]
        for key, text in zip(keys, texts, strict=True):
            connection.execute("UPDATE cells SET outcome = ? WHERE key = ?", (text, key))
    again = compare(ghz(2), LINE, cache=cache)
    assert (again.num_from_cache, again.failures) == (0, ())
    assert again.cache_warnings == (f"the cache {cache} has damaged cells; they are computed again",)


def test_other_files_are_not_overwritten(tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("important " * 100)
    with pytest.raises(OptionError, match="is not a cache of hwcost"):
        CellCache(notes)
    assert notes.read_text() == "important " * 100
    with pytest.raises(OptionError, match="there is no folder"):
        CellCache(tmp_path / "nowhere" / "cells.sqlite3")
    with pytest.raises(OptionError, match="not a regular file"):
        CellCache(tmp_path)


def test_a_default_cache_that_cannot_be_is_a_warning(tmp_path, monkeypatch):
    (tmp_path / "hwcost").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = compare(ghz(2), LINE, cache=True)
    assert not found.failures
    assert len(found.cache_warnings) == 1
    assert found.cache_warnings[0].endswith("nothing is kept")


def test_names_are_no_markup():
    found = compare([ghz(2, "[/bold]"), ghz(3, "[red]a")], LINE, compilers=["qiskit:0"], num_seeds=1)
    assert "[/bold]" in str(found)
    assert "[red]a" in str(found)


def test_the_default_cache_is_in_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compare(ghz(2), LINE, cache=True).num_from_cache == 0
    assert compare(ghz(2), LINE, cache=True).num_from_cache == 6
    assert (tmp_path / "hwcost" / "cells.sqlite3").is_file()


@pytest.mark.parametrize("nothing", [[], (), iter(()), {}])
def test_without_circuits_there_is_nothing_to_compare(nothing):
    with pytest.raises(CircuitError, match="there are no circuits to compare"):
        compare(nothing, LINE)
