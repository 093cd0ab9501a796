"""What needs an extra that is not installed says which one; no extra is forgotten here."""

from __future__ import annotations

import sys
import tomllib

import pytest
from qiskit import QuantumCircuit

import hwcost
from hwcost.backend.equivalence import EquivalenceCheck
from hwcost.circuits.qasm import require_qasm3_reader
from hwcost.circuits.suites import mqt_bench_circuits
from hwcost.comparison.compilers import resolve_compiler
from hwcost.core.cluster import Cluster
from hwcost.core.errors import HwcostError, MissingDependencyError
from hwcost.models.cutting.search import require_cutting
from hwcost.report.pictures import require_matplotlib
from hwcost.validation.channels import require_aer
from make import small_calibration
from nas.results.optuna_study import export_study
from nas.training.parts import require_torch
from places import ROOT


def to_frame():
    circuit = QuantumCircuit(1)
    circuit.measure_all()
    options = {"optimization_levels": 0, "num_seeds": 1, "cache": False, "num_workers": 1}
    hwcost.compare(circuit, small_calibration(2), **options).to_frame()


def mcp_call():
    from hwcost.integrations import mcp_server

    mcp_server.build_server()


def numba_kernels():
    pytest.importorskip("torch")
    from nas.engine.compiled import kernels

    kernels.cache_clear()
    kernels()


def pennylane_qiskit():
    pytest.importorskip("torch")
    from nas.results.device_runs import require_pennylane_qiskit

    require_pennylane_qiskit()


# For each extra a package that it brings, and the smallest call that needs it.
GUARDED = {
    "qasm3": ("qiskit_qasm3_import", lambda: require_qasm3_reader("a.qasm")),
    "noise": ("qiskit_aer", require_aer),
    "plot": ("matplotlib", require_matplotlib),
    "nas": ("torch", require_torch),
    "fast": ("numba", numba_kernels),
    "pennylane-qiskit": ("pennylane_qiskit", pennylane_qiskit),
    "cutting": ("qiskit_addon_cutting", require_cutting),
    "pytket": ("pytket", lambda: resolve_compiler("pytket")),
    "bqskit": ("bqskit", lambda: resolve_compiler("bqskit")),
    "qiskit-ai": ("qiskit_ibm_transpiler", lambda: resolve_compiler("qiskit-ai")),
    "bench": ("mqt.bench", lambda: list(mqt_bench_circuits(["ghz"], [2]))),
    "iqm": ("iqm", lambda: hwcost.load_calibration("iqm_adonis")),
    "mcp": ("mcp.server", mcp_call),
    "pandas": ("pandas", to_frame),
    "optuna": ("optuna", lambda: export_study("run", "sqlite:///a.db")),
    "cluster": ("distributed", lambda: Cluster("tcp://127.0.0.1:1", timeout_s=0.1)),
}
# No module imports what these bring (models that use it have imported it), or they are for work on this repository.
UNGUARDED = {"qiskit-machine-learning", "notebooks", "test", "docs", "dev"}


def extras() -> dict[str, list[str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def test_every_extra_is_guarded_or_nothing_here_imports_it():
    assert GUARDED.keys() | UNGUARDED == extras().keys()
    assert not GUARDED.keys() & UNGUARDED


@pytest.mark.parametrize("extra", GUARDED)
def test_what_is_missing_is_named_with_its_extra(extra, monkeypatch):
    package, call = GUARDED[extra]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"hwcost\[{extra}\]") as raised:
        call()
    assert isinstance(raised.value, HwcostError)
    assert "\n" not in str(raised.value)


def test_without_mqt_qcec_the_reason_names_bench(monkeypatch):
    monkeypatch.setattr("hwcost.backend.qcec.qcec_version", lambda: None)
    wide = QuantumCircuit(13)
    wide.h(range(13))
    assert "hwcost[bench]" in EquivalenceCheck(wide).prove(wide).reason


# IQM's package allows no Qiskit as new as that of the other extras; `.ci/run` has an environment for its tests. IBM's
# AI passes pin networkx, and their models are on no test machine.
NOT_IN_DEV = {"dev", "iqm", "qiskit-ai"}


def test_the_extra_dev_has_every_other_one():
    (own,) = (each for each in extras()["dev"] if each.startswith("hwcost["))
    assert set(own.removeprefix("hwcost[").removesuffix("]").split(",")) == extras().keys() - NOT_IN_DEV
