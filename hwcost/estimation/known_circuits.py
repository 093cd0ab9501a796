"""A circuit that was compiled before under the same conditions: `known_candidate`, `keep_choice`."""

from __future__ import annotations

from functools import lru_cache

from hwcost.circuits.digest import content_sha256
from hwcost.estimation.candidates import compile_candidate
from hwcost.estimation.choice import ranking_conditions
from hwcost.estimation.conditions import Conditions
from hwcost.estimation.costs import CostedCandidate
from hwcost.estimation.known_costs import KnownCosts
from hwcost.estimation.logical import LogicalCircuit
from hwcost.estimation.record import Spread


def known_candidate(logical: LogicalCircuit, conditions: Conditions) -> tuple[CostedCandidate, Spread] | None:
    """Compile a circuit with the seed that was best before; None where nothing is known, or it ranks otherwise now.

    Everything but the choice is computed anew, so that dates, prices and profiles are those of today.
    """
    choices = conditions.seed_choices
    if choices is None or not conditions.request.transpile:
        return None
    choice = choices.get(_key(logical, conditions))
    if choice is None:
        return None
    costs = KnownCosts(ranking_conditions(conditions), plan=logical.plan)
    candidate = compile_candidate(logical, costs, choice.level, choice.seed)
    return (candidate, choice.spread) if candidate.rank_key == choice.rank_key else None


def keep_choice(logical: LogicalCircuit, conditions: Conditions, best: CostedCandidate, spread: Spread) -> None:
    """Keep which seed was best, where there is a place for it."""
    choices, transpiled = conditions.seed_choices, best.compiled.transpiled
    if choices is None or transpiled is None:
        return
    from hwcost.estimation.seed_choices import SeedChoice

    choice = SeedChoice(
        seed=transpiled.seed, level=transpiled.optimization_level, rank_key=best.rank_key, spread=spread
    )
    choices.put(_key(logical, conditions), choice)


def _key(logical: LogicalCircuit, conditions: Conditions) -> bytes:
    """Return a hash of everything that decides which seed is best: circuit, device, options and versions."""
    from hwcost.core.result_cache import result_key, source_sha256

    request, plan = conditions.request, logical.plan
    return result_key(
        {
            "kind": "seeds",
            "circuit": content_sha256(logical.circuit),
            "measured": None if plan is None else repr((plan.labels, plan.sums(), len(plan.groups))),
            "device": conditions.device.sha256,
            "rep_delay_s": conditions.rep_delay_s,
            "options": {
                name: getattr(request, name)
                for name in ("attenuation", "inflation", "task", "optimization_level", "num_seeds", "seed")
            },
            "versions": _versions(),
            "source": source_sha256(),
        }
    )


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("qiskit", "rustworkx", "numpy", "scipy")}
