"""How good the fronts are that searches return, by trainings that they did not see.

Each search meets a table of trainings instead of training (`tests/support/search_truth.py`), so that hundreds of
searches take minutes: NSGA-II, random search and the surrogate as the product runs them, repeats included, and, where
Optuna is installed, its NSGA-II and TPE with as many distinct networks as all have trainings. Beside them: what one
training of everything would give, and the same searches with the errors shuffled over the networks.

`found` is the hypervolume of all networks that a search trained, at their true errors, as a share of that of the true
front; `returned` that of the front that it returns; `observed` that of the front of the observed errors, which is all
that a search without estimates could return. `evaluations to` counts trainings until `found` reaches a share.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from nas.runs.estimates import Z, fit_evaluations
from nas.runs.fronts import front
from nas.runs.record import Evaluation
from nas.runs.tasks import use_one_thread
from nas.spaces.record import Genome
from search_truth import DATASETS, OBJECTIVES, TABLE, Draw, Searched, Table, Truth, networks, read_table, search_table

OURS = ("random", "nsga2", "surrogate")
SHARES = (0.90, 0.95, 0.98)
Row = dict[str, float | None]


def rows_of(evaluations: Sequence[Evaluation]) -> list[int]:
    return [networks().row[one.architecture_hash] for one in evaluations]


@dataclass(frozen=True, kw_only=True)
class Longer:
    """A longer search, in which trainings to a share are counted.

    Attributes:
        budget: Its trainings; 0 for none.
        step: Trainings between two looks at what was found.
    """

    budget: int
    step: int


def reached(truth: Truth, trained: Sequence[int], step: int) -> Row:
    """Return how many trainings it took to have found each share, None where it never did."""
    found: Row = {f"to_{share}": None for share in SHARES}
    left = list(SHARES)
    for stop in range(step, len(trained) + step, step):
        value = truth.share(list(dict.fromkeys(trained[:stop])))
        while left and value >= left[0]:
            found[f"to_{left.pop(0)}"] = min(stop, len(trained))
        if not left:
            break
    return found


def worth(draw: Draw, trained: Sequence[int], returned: Sequence[int], observed: Sequence[int], best: int) -> Row:
    """Return what the results of a search are worth by the trainings that it did not see.

    Args:
        draw: What the search met.
        trained: Row of each training.
        returned: Rows of the returned front.
        observed: Rows of the front of the observed errors.
        best: Row of the network that it takes for the most accurate one.
    """
    seen = np.bincount(np.array(trained), minlength=len(networks().hashes))
    truth, raw = draw.truth(seen), draw.truth(seen, smoothed=False)
    distinct = list(dict.fromkeys(trained))
    return {
        "found": truth.share(distinct),
        "returned": truth.share(returned),
        "observed": truth.share(observed),
        "raw_found": raw.share(distinct),
        "raw_returned": raw.share(returned),
        "regret": float(truth.errors[best] - truth.errors.min()),
        "size": len(returned),
        "distinct": len(distinct),
    }


def promises(searched: Searched) -> Row:
    """Return how often the intervals of the returned front hold: of the mean, and of one more training."""
    truth, names = searched.draw.truth(searched.num_seen), networks().hashes
    in_mean, again, num_again = 0, 0, 0
    for row in searched.returned:
        one = searched.estimates.networks[names[row]]
        # The mean of the unseen trainings is itself known to within their noise.
        sd = np.hypot(one.sd, truth.noise_sd / np.sqrt(truth.counts[row]))
        in_mean += abs(truth.means[row] - one.error) <= Z * sd
        unseen = searched.draw.table.errors[row, searched.draw.order[row, searched.num_seen[row] :]]
        again += int(((unseen >= one.retrained_low - 1e-9) & (unseen <= one.retrained_high + 1e-9)).sum())
        num_again += len(unseen)
    return {
        "mean_in_interval": float(in_mean) / len(searched.returned),
        "retraining_in_interval": again / num_again,
        "claimed": len(searched.estimates.claimed),
    }


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a search comes to.

    Attributes:
        row: Its figures.
        trained: Row of each training.
        returned: Rows of the returned front.
        best: Row of the network that it takes for the most accurate one.
    """

    row: Row
    trained: Sequence[int]
    returned: Sequence[int]
    best: int


def beside_blind(draw: Draw, own: Result, blind: Result) -> Row:
    """Return the figures of a search with those of one that saw errors of other networks, by the same true errors."""
    truth = draw.truth(np.bincount(np.array(own.trained), minlength=len(networks().hashes)))
    returned, value = truth.share(blind.returned), own.row["returned"]
    assert value is not None
    return own.row | {
        "blind_returned": returned,
        "blind_found": truth.share(list(dict.fromkeys(blind.trained))),
        "blind_regret": float(truth.errors[blind.best] - truth.errors.min()),
        "learned": (value - returned) / (1.0 - returned) if returned < 1.0 else None,
    }


def ours(draw: Draw, algorithm: str, seed: int, budget: int, longer: Longer) -> Result:
    """Search with an algorithm of the product."""
    searched = search_table(draw, algorithm, seed, budget=budget)
    error = {name: one.error for name, one in searched.estimates.networks.items()}
    best = min(searched.returned, key=lambda row: error[networks().hashes[row]])
    observed = rows_of(front(searched.evaluations, OBJECTIVES))
    row = worth(draw, searched.trained, searched.returned, observed, best) | promises(searched)
    if longer.budget:
        long = search_table(draw, algorithm, seed, budget=longer.budget, repeats=0.0)
        row |= reached(draw.truth(long.num_seen), long.trained, longer.step)
    return Result(row=row, trained=searched.trained, returned=searched.returned, best=best)


def optunas(draw: Draw, sampler: str, seed: int, budget: int, longer: Longer) -> Result:
    """Search with a sampler of Optuna."""
    from optuna_search import optuna_search

    space = networks()

    def train(genome: Genome) -> tuple[float, ...]:
        values = draw.evaluation(space.row[space.key(genome)], 1).objectives
        return tuple(values[objective.name] for objective in OBJECTIVES)

    longest = max(budget, longer.budget)
    names, best = optuna_search(sampler, space.space, space.key, train, seed, budget=longest, at=budget)
    trained, returned = [space.row[name] for name in names], [space.row[name] for name in best]
    most = min(returned, key=lambda row: draw.evaluation(row, 1).objectives["validation_error"])
    row = worth(draw, trained[:budget], returned, returned, most)
    if longer.budget:
        row |= reached(draw.truth(np.bincount(trained, minlength=len(space.hashes))), trained, longer.step)
    return Result(row=row, trained=trained[:budget], returned=returned, best=most)


def bounds(draw: Draw) -> dict[str, Row]:
    """Return what one training of each network would give, and what it takes to recognise the true front."""
    every = list(range(len(networks().hashes)))
    once = [draw.evaluation(row, 1) for row in every]
    fitted = fit_evaluations(once, networks().space, OBJECTIVES)
    assert fitted is not None
    truth = draw.truth(np.ones(len(every), dtype=np.int64))
    told = front([once[row] for row in truth.front], OBJECTIVES)
    return {
        "all once, observed": {"returned": truth.share(rows_of(front(once, OBJECTIVES)))},
        "all once, estimated": {"returned": truth.share(rows_of(fitted.front()))},
        "true front trained once, observed": {"returned": truth.share(rows_of(told))},
    }


def signal(table: Table) -> Row:
    """Return what of the errors is of networks and what of seeds."""
    whole = Draw.of(table, 0).truth(np.zeros(len(table.errors), dtype=np.int64))
    total, noise = float(table.errors.mean(axis=1).var(ddof=1)), whole.noise_sd**2
    between = max(total - noise / table.errors.shape[1], 0.0)
    return {
        "trainings": table.errors.shape[1],
        "network_sd": between**0.5,
        "noise_sd": whole.noise_sd,
        "icc": between / (between + noise),
        "own_sd": whole.own_sd,
        "true_front": len(whole.front),
    }


def methods(names: Sequence[str]) -> Iterator[tuple[str, Callable[[Draw, int, int, Longer], Result]]]:
    for name in names:
        if name.startswith("optuna-"):
            sampler = name.removeprefix("optuna-")
            yield name, lambda draw, seed, budget, longer, s=sampler: optunas(draw, s, seed, budget, longer)
        else:
            yield name, lambda draw, seed, budget, longer, s=name: ours(draw, s, seed, budget, longer)


def measured(dataset: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure all methods on one data set, with the errors as they are and shuffled."""
    table = read_table(dataset, options.table)
    found: dict[str, Any] = {"signal": signal(table), "real": {}, "shuffled": {}}
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        draws = {"real": Draw.of(table, seed), "shuffled": Draw.of(table.shuffled(seed), seed)}
        for name, method in methods(options.methods):
            longest = options.optuna_longest if name.startswith("optuna-") else options.longest
            own = {
                control: method(
                    draw, seed, options.budget, Longer(budget=longest if control == "real" else 0, step=options.step)
                )
                for control, draw in draws.items()
            }
            found["real"].setdefault(name, []).append(beside_blind(draws["real"], own["real"], own["shuffled"]))
            found["shuffled"].setdefault(name, []).append(own["shuffled"].row)
        if seed - options.first_seed < options.bound_seeds:
            for name, row in bounds(draws["real"]).items():
                found["real"].setdefault(name, []).append(row)
        print(f"{dataset}, seed {seed}", end="\r", file=sys.stderr)
    return found


def numbers(rows: Sequence[Row], name: str) -> list[float]:
    return [value for row in rows if (value := row.get(name)) is not None]


def plus_minus(rows: Sequence[Row], name: str) -> str:
    values = numbers(rows, name)
    if not values:
        return "–"
    return f"{statistics.mean(values):.3f}" + (f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else "")


def median_to(rows: Sequence[Row], share: float) -> str:
    """Return the median number of trainings to a share, and in how many runs it was reached, if not in all."""
    if not any(f"to_{share}" in row for row in rows):
        return "–"
    reached = numbers(rows, f"to_{share}")
    part = len(reached) / len(rows)
    middle = sorted([*reached, *[float("inf")] * (len(rows) - len(reached))])[(len(rows) - 1) // 2]
    return (f"{middle:.0f}" if middle < float("inf") else "–") + ("" if part == 1.0 else f" ({part:.0%})")


def page(results: Mapping[str, Any]) -> str:
    """Return the Markdown table of the documentation."""
    lines = [
        "| data, method | returned | blind | learned | found | blind | trainings to 90 / 95 / 98 % found | regret "
        "| blind | intervals hold |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for dataset, found in results["datasets"].items():
        for name, rows in found["real"].items():
            to = " / ".join(median_to(rows, share) for share in SHARES)
            holds = numbers(rows, "retraining_in_interval")
            mean = numbers(rows, "mean_in_interval")
            cells = [
                f"{dataset}, {name}",
                *(plus_minus(rows, figure) for figure in ("returned", "blind_returned", "learned")),
                *(plus_minus(rows, figure) for figure in ("found", "blind_found")),
                "–" if to == "– / – / –" else to,
                *(plus_minus(rows, figure) for figure in ("regret", "blind_regret")),
                f"{statistics.mean(mean):.0%}, {statistics.mean(holds):.0%}" if holds else "–",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default=",".join(DATASETS), type=lambda text: text.split(","))
    parser.add_argument("--methods", default=None, help="of random, nsga2, surrogate, optuna-nsga2, optuna-tpe")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--budget", type=int, default=180, help="trainings of each search, repeats included")
    parser.add_argument("--longest", type=int, default=480, help="of the search for `evaluations to`; 0 for none")
    # Optuna's NSGA-II asks for what is known again and again: on iris and wine it finds no 480 different networks.
    parser.add_argument("--optuna-longest", type=int, default=0, help="the same for Optuna's samplers")
    parser.add_argument("--step", type=int, default=20, help="trainings between two looks at what was found")
    parser.add_argument("--bound-seeds", type=int, default=5)
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--json", type=Path, help="where every figure of every search goes")
    options = parser.parse_args()
    has_optuna = importlib.util.find_spec("optuna") is not None
    default = [*OURS, *(("optuna-nsga2", "optuna-tpe") if has_optuna else ())]
    options.methods = default if options.methods is None else options.methods.split(",")
    use_one_thread()
    results: dict[str, Any] = {
        "schema": "nas.search-quality/2",
        "budget": options.budget,
        "longest": options.longest,
        "seeds": [options.first_seed, options.first_seed + options.seeds],
        "datasets": {dataset: measured(dataset, options) for dataset in options.datasets},
    }
    if options.json is not None:
        options.json.write_text(json.dumps(results), encoding="utf-8")
    for dataset, found in results["datasets"].items():
        print(dataset, {name: round(value, 3) for name, value in found["signal"].items()})
    print(page(results))


if __name__ == "__main__":
    main()
