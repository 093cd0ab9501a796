"""Which transpiler plugins are found while a pass manager is made, and what that leaves unloaded."""

import subprocess
import sys
import textwrap
import threading

import pytest
from qiskit import QuantumCircuit
from qiskit.transpiler.preset_passmanagers.plugin import PassManagerStagePluginManager, list_stage_plugins

from hwcost.backend.compiler import Compiler
from hwcost.backend.plugins import GROUPS, only_plugins_of
from hwcost.backend.prepared import prepare_device
from hwcost.core.errors import CircuitError

PLUGIN = """
from qiskit.transpiler import PassManager
from qiskit.transpiler.preset_passmanagers.builtin_plugins import SabreSwapPassManager

made = []


class Mine(SabreSwapPassManager):
    def __init__(self):
        made.append("mine")


class Other(SabreSwapPassManager):
    def __init__(self):
        made.append("other")
"""


@pytest.fixture
def installed_plugins(tmp_path, monkeypatch):
    """A package with two routing plugins, as pip would leave it."""
    (tmp_path / "routing_of_a_user.py").write_text(PLUGIN, encoding="utf-8")
    metadata = tmp_path / "routing_of_a_user-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: routing-of-a-user\nVersion: 1\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(
        "[qiskit.transpiler.routing]\nmine = routing_of_a_user:Mine\nother = routing_of_a_user:Other\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("routing_of_a_user", None)


def _compile(**options):
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    compiler = Compiler(prepare_device("fake_manila").target)
    return compiler.compile(circuit, optimization_level=2, seed=1, options=tuple(options.items())).circuit


def test_a_plugin_is_found_by_its_name_and_its_neighbour_stays_unloaded(installed_plugins):
    by_plugin = _compile(routing_method="mine")
    import routing_of_a_user

    assert set(routing_of_a_user.made) == {"mine"}
    assert by_plugin == _compile(routing_method="sabre")


def test_a_name_that_no_package_has_is_refused(installed_plugins):
    with pytest.raises(CircuitError, match="nobody"):
        _compile(routing_method="nobody")


def test_another_thread_finds_all_that_is_installed(installed_plugins):
    found = {}

    def look():
        found["there"] = PassManagerStagePluginManager().routing_plugins.names()

    with only_plugins_of(()):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        found["here"] = PassManagerStagePluginManager().routing_plugins.names()
    assert {"mine", "other", "sabre"} <= set(found["there"])
    assert "sabre" in found["here"]
    assert not {"mine", "other"} & set(found["here"])


def test_afterwards_the_list_is_as_before():
    from stevedore import ExtensionManager

    cache = ExtensionManager.ENTRY_POINT_CACHE
    before_names = list_stage_plugins("translation")
    before = {group: cache.get(group) for group in GROUPS}
    with pytest.raises(ZeroDivisionError), only_plugins_of(()):
        raise ZeroDivisionError
    assert {group: cache.get(group) for group in GROUPS} == before
    assert list_stage_plugins("translation") == before_names


@pytest.mark.parametrize("code", ["estimate", "compare"])
def test_no_answer_loads_the_client_of_ibm(code):
    calls = {
        "estimate": "hwcost.estimate(circuit, 'fake_manila', num_seeds=1)",
        "compare": "hwcost.compare([circuit], backends=['fake_manila'], optimization_levels=[1, 3], num_seeds=1)",
    }
    script = f"""
        import sys
        import hwcost
        from qiskit import QuantumCircuit
        circuit = QuantumCircuit(2, name="bell")
        circuit.h(0)
        circuit.cx(0, 1)
        circuit.measure_all()
        {calls[code]}
        sys.exit(any(name.startswith("qiskit_ibm_runtime.api") for name in sys.modules))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
