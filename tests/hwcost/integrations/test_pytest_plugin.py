"""The fixture `assert_cost`, in pytest runs of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from qiskit import QuantumCircuit

import hwcost
import hwcost.integrations.baselines  # pytester forgets what a run imports, and Qiskit does not like that
from hwcost.integrations.baselines import measure, worse

pytest_plugins = ["pytester"]

# With the plugin of this checkout, also where an installation of another one offers none.
INSTALLED = any(entry.value == "hwcost.integrations.pytest_plugin" for entry in entry_points(group="pytest11"))
PLUGIN = [] if INSTALLED else ["-p", "hwcost.integrations.pytest_plugin"]

HEAD = """
from qiskit import QuantumCircuit

def star(num_qubits=4, repeats=1):
    circuit = QuantumCircuit(num_qubits, name="star")
    circuit.h(0)
    for _ in range(repeats):
        for qubit in range(1, num_qubits):
            circuit.cx(0, qubit)
            circuit.ry(0.3, qubit)
    circuit.measure_all()
    return circuit
"""


@pytest.fixture(scope="module")
def loaded():
    """Import all that a run imports: pytester takes out of `sys.modules` what was not there before."""
    _, old = measure(_star(), "fake_manila", {"num_seeds": 6})
    _, new = measure(_star(), "fake_manila", {"num_seeds": 6, "shots": 10**6})
    assert worse(old, new, 0.05)


@pytest.fixture
def run(pytester, loaded):
    def run(body, *options):
        pytester.makepyfile(test_cost=HEAD + body)
        return pytester.runpytest_inprocess(*PLUGIN, "-p", "no:cacheprovider", *options)

    return run


def test_limits_pass_and_fail(run):
    cost = hwcost.estimate(_star(), "fake_manila")
    gates, seconds, shots = cost.gates.num_2q, cost.time.qpu_time_s, cost.shots.needed
    result = run(f"""
def test_at_the_limits(assert_cost):
    cost = assert_cost(star(), "fake_manila", max_seconds={seconds!r}, max_two_qubit_gates={gates}, max_shots={shots})
    assert cost.gates.num_2q == {gates}
def test_seconds(assert_cost):
    assert_cost(star(), "fake_manila", max_seconds={seconds * 0.99!r})
def test_gates(assert_cost):
    assert_cost(star(), "fake_manila", max_two_qubit_gates={gates - 1})
def test_shots(assert_cost):
    assert_cost(star(), "fake_manila", max_shots={shots - 1}, max_seconds=1e9)
""")
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines([
        f"star costs too much on fake_manila: QPU time {seconds:.6g} s, at most *",
        f"star costs too much on fake_manila: two-qubit gates {gates}, at most {gates - 1} allowed",
        f"star costs too much on fake_manila: shots {shots:,}, at most {shots - 1:,} allowed",
    ])  # fmt: skip


BASELINE = """
def test_star(assert_cost):
    assert_cost(star(repeats={repeats}), "fake_manila", baseline="star", shots={shots})
"""


def test_a_baseline_is_written_then_holds_then_fails_on_a_regression(run, pytester):
    path = pytester.path / "hwcost_baselines" / "star.json"
    first = run(BASELINE.format(repeats=1, shots=1000))
    first.assert_outcomes(failed=1)
    first.stdout.fnmatch_lines([f"there is no baseline {path}; `pytest --hwcost-update` writes it"])
    assert not path.exists()
    run(BASELINE.format(repeats=1, shots=1000), "--hwcost-update").assert_outcomes(passed=1)
    written = path.read_bytes()
    run(BASELINE.format(repeats=1, shots=1000)).assert_outcomes(passed=1)
    worse = run(BASELINE.format(repeats=2, shots=1000))
    worse.assert_outcomes(failed=1)
    worse.stdout.fnmatch_lines([
        "star costs more on fake_manila than its baseline star (tolerance 0.05):",
        "  two-qubit gates: * -> * (+*%; 8 seeds, p = 0.0078)",
        f"  baseline: hwcost {hwcost.__version__}, qiskit *, calibration of *",
        f"  now: hwcost {hwcost.__version__}, qiskit *, calibration of *",
        "  the circuit is another one than that of the baseline",
        f"if this is meant, `pytest --hwcost-update` writes {path} anew",
    ])  # fmt: skip
    assert path.read_bytes() == written
    run(BASELINE.format(repeats=2, shots=1000), "--hwcost-update").assert_outcomes(passed=1)
    assert path.read_bytes() != written
    run(BASELINE.format(repeats=1, shots=1000)).assert_outcomes(passed=1)  # cheaper


def test_other_settings_are_no_regression_but_cannot_be_compared(run):
    run(BASELINE.format(repeats=1, shots=1000), "--hwcost-update").assert_outcomes(passed=1)
    other = run(BASELINE.format(repeats=1, shots=2000))
    other.assert_outcomes(failed=1)
    other.stdout.fnmatch_lines(["the baseline star cannot be compared*", "  shots: 1000 -> 2000"])


def test_an_older_version_is_named(run, pytester):
    run(BASELINE.format(repeats=1, shots=1000), "--hwcost-update").assert_outcomes(passed=1)
    path = pytester.path / "hwcost_baselines" / "star.json"
    kept = json.loads(path.read_text())
    kept["versions"]["qiskit"] = "1.0"
    kept["values"]["num_2q"] = [1] * 8
    path.write_text(json.dumps(kept))
    result = run(BASELINE.format(repeats=1, shots=1000))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*two-qubit gates: 1 -> *", "*baseline: hwcost *, qiskit 1.0, *"])
    result.stdout.no_fnmatch_line("*another one than*")


def test_two_tests_may_not_share_a_baseline(run):
    result = run(BASELINE.format(repeats=1, shots=1000) + BASELINE.format(repeats=2, shots=1000).replace(
        "test_star", "test_other"), "--hwcost-update")  # fmt: skip
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["the baseline star is that of test_cost.py::test_star too; give each its own name"])


REFUSED = [
    ("", "assert_cost has nothing to check"),
    ("baseline='../star'", "baseline is '../star'; give a name"),
    ("baseline=''", "baseline is ''; give a name"),
    ("max_seconds=0", "max_seconds is 0*; give a positive number"),
    ("max_seconds=float('nan')", "max_seconds is nan; give a positive number"),
    ("max_two_qubit_gates=1.5", "max_two_qubit_gates is 1.5; give a whole number"),
    ("max_shots=-1", "max_shots is -1; give a whole number"),
    ("max_shots=1, tolerance=-0.1", "tolerance is -0.1; give a share"),
    ("max_shots=1, max_second=3", "assert_cost has no option 'max_second'"),
    ("baseline='star', num_seeds=3", "num_seeds is 3; a baseline needs at least 6"),
]


def test_a_call_that_cannot_check_is_refused(run):
    tests = [
        f"def test_{number}(assert_cost):\n    assert_cost(star(2), 'fake_manila', {arguments})\n"
        for number, (arguments, _) in enumerate(REFUSED)
    ]
    result = run("".join(tests))
    result.assert_outcomes(failed=len(REFUSED))
    result.stdout.fnmatch_lines([f"E*Error: *{message}*" for _, message in REFUSED])


def test_importing_the_plugin_imports_nothing_slow():
    program = (
        "import pytest, sys; before = set(sys.modules); import hwcost.integrations.pytest_plugin; "
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['hwcost']"


def _star():
    names = {}
    exec(HEAD, names)
    circuit = names["star"]()
    assert isinstance(circuit, QuantumCircuit)
    return circuit
