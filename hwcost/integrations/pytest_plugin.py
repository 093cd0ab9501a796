"""The pytest fixture `assert_cost` and the option `--hwcost-update`; pytest finds both by itself.

Every pytest run of an environment imports this module, so that it imports nothing else before the fixture is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hwcost.estimation.record import CostEstimate
    from hwcost.integrations.baselines import Baseline

FOLDER = "hwcost_baselines"
"""Where the baselines of the tests in a folder are, one JSON file each."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-\[\]]{0,99}")
_USED = pytest.StashKey[dict[Path, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--hwcost-update`."""
    parser.getgroup("hwcost").addoption(
        "--hwcost-update", action="store_true", help="Write the baselines of assert_cost anew instead of comparing."
    )


@pytest.fixture
def assert_cost(request: pytest.FixtureRequest) -> Callable[..., CostEstimate]:
    """Return a function that fails the test if a circuit costs too much, or more than its baseline.

    `assert_cost(circuit, backend, *, max_seconds, max_two_qubit_gates, max_shots, baseline, tolerance, **options)`;
    `options` are keywords of `hwcost.estimate`. It returns the estimate. See docs/integrations.md.
    """

    def check(
        circuit: object,
        backend: object,
        *,
        max_seconds: float | None = None,
        max_two_qubit_gates: int | None = None,
        max_shots: int | None = None,
        baseline: str | None = None,
        tolerance: float = 0.05,
        **options: Any,
    ) -> CostEstimate:
        __tracebackhide__ = True
        limits = _limits(max_seconds, max_two_qubit_gates, max_shots)
        _check_arguments(limits, baseline, tolerance)
        from hwcost.integrations.baselines import NUM_SEEDS, measure

        if baseline is not None:
            options.setdefault("num_seeds", NUM_SEEDS)
        cost, found = measure(circuit, backend, options)
        over = _over(cost, limits)
        if over:
            pytest.fail(f"{found.circuit} costs too much on {found.backend}: {'; '.join(over)}", pytrace=False)
        if baseline is not None:
            _against(request, baseline, found, tolerance)
        return cost

    return check


def _limits(seconds: float | None, gates: int | None, shots: int | None) -> dict[str, float]:
    """Return the limits that were given, by what they limit."""
    from hwcost.core.checks import real, whole
    from hwcost.core.errors import OptionError

    limits: dict[str, float] = {}
    if seconds is not None:
        limits["QPU time"] = real("max_seconds", seconds)
        if not 0.0 < limits["QPU time"] < float("inf"):
            raise OptionError(f"max_seconds is {seconds}; give a positive number of seconds")
    if gates is not None:
        limits["two-qubit gates"] = whole("max_two_qubit_gates", gates, 0, 10**12)
    if shots is not None:
        limits["shots"] = whole("max_shots", shots, 1, 10**15)
    return limits


def _check_arguments(limits: dict[str, float], baseline: str | None, tolerance: float) -> None:
    from hwcost.core.checks import real
    from hwcost.core.errors import OptionError
    from hwcost.core.text import shown

    if not limits and baseline is None:
        raise OptionError(
            "assert_cost has nothing to check; give max_seconds, max_two_qubit_gates, max_shots or baseline"
        )
    if baseline is not None and not (isinstance(baseline, str) and _NAME.fullmatch(baseline)):
        raise OptionError(f"baseline is {shown(baseline)}; give a name of letters, digits and _ . - [ ]")
    if not 0.0 <= real("tolerance", tolerance) < float("inf"):
        raise OptionError(f"tolerance is {tolerance}; give a share such as 0.05 for 5 %")


def _over(cost: CostEstimate, limits: dict[str, float]) -> list[str]:
    """Return what is over its limit; what has no bound is over any."""
    found = {"QPU time": cost.time.qpu_time_s, "two-qubit gates": cost.gates.num_2q, "shots": cost.shots.needed}
    lines = []
    for what, limit in limits.items():
        value, unit = found[what], " s" if what == "QPU time" else ""
        if value is None:
            lines.append(f"{what} without bound because the signal is gone, at most {limit:g}{unit} allowed")
        elif value > limit:
            lines.append(f"{what} {value:,.6g}{unit}, at most {limit:,.6g}{unit} allowed")
    return lines


def _against(request: pytest.FixtureRequest, name: str, found: Baseline, tolerance: float) -> None:
    """Write the baseline of a test, or fail the test if it costs more."""
    __tracebackhide__ = True
    from hwcost.integrations.baselines import check_testable, load_baseline, other_conditions, save_baseline, worse

    check_testable(found)
    path = request.path.parent / FOLDER / f"{name}.json"
    _claim(request, path, name)
    if request.config.getoption("--hwcost-update"):
        save_baseline(found, path)
        return
    if not path.exists():
        pytest.fail(f"there is no baseline {path}; `pytest --hwcost-update` writes it", pytrace=False)
    old = load_baseline(path)
    other = other_conditions(old, found)
    if other:
        head = f"the baseline {name} cannot be compared, it was made under other conditions:"
        pytest.fail("\n".join([head, *_indented(other), _remedy(path)]), pytrace=False)
    lines = worse(old, found, tolerance)
    if lines:
        head = f"{found.circuit} costs more on {found.backend} than its baseline {name} (tolerance {tolerance:.3g}):"
        about = [f"baseline: {old.made_with}", f"now: {found.made_with}"]
        if old.sha256 != found.sha256:
            about.append("the circuit is another one than that of the baseline")
        pytest.fail("\n".join([head, *_indented([*lines, *about]), _remedy(path)]), pytrace=False)


def _claim(request: pytest.FixtureRequest, path: Path, name: str) -> None:
    """Refuse a name that another test of this run has: each would overwrite the other's baseline."""
    used = request.config.stash.setdefault(_USED, {})
    if used.setdefault(path, request.node.nodeid) != request.node.nodeid:
        pytest.fail(f"the baseline {name} is that of {used[path]} too; give each its own name", pytrace=False)


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _remedy(path: Path) -> str:
    return f"if this is meant, `pytest --hwcost-update` writes {path} anew"
