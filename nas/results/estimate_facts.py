"""What a run knows of the errors of its networks apart from luck, as plain data and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nas.runs.estimates import LEVEL

if TYPE_CHECKING:
    from nas.runs.record import Evaluation
    from nas.runs.run import Run


def estimate_facts(run: Run, member: Evaluation) -> dict[str, Any] | None:
    """Return the estimated error of a network as plain data; None where no objective is trained."""
    known = None if run.estimates is None else run.estimates.networks.get(member.architecture_hash)
    if known is None:
        return None
    return {
        "error": known.error,
        "sd": known.sd,
        "low": known.low,
        "high": known.high,
        "retrained_low": known.retrained_low,
        "retrained_high": known.retrained_high,
        "num_trainings": known.num_trainings,
        "on_front": known.on_front,
        "by_cost": known.by_cost,
        "claimed": member.architecture_hash in (run.estimates.claimed if run.estimates else ()),
    }


def noise_facts(run: Run) -> dict[str, Any] | None:
    """Return what is known of the noise and of the front as a whole; None where no objective is trained."""
    known = run.estimates
    if known is None:
        return None
    volume = known.hypervolume
    return {
        "objective": known.objective,
        "level": LEVEL,
        "noise_sd": known.noise_sd,
        "between_sd": known.between_sd,
        "signal": {"share": known.signal, "low": known.signal_low, "high": known.signal_high},
        "has_signal": known.has_signal,
        "num_trainings": sum(one.num_trainings for one in known.networks.values()),
        "num_claimed": len(known.claimed),
        "hypervolume": {"value": volume.value, "low": volume.low, "high": volume.high},
    }


def estimate_notes(run: Run) -> list[str]:
    """Say in sentences what the estimates of a front mean, and what it claims; none where no objective is trained."""
    known = run.estimates
    if known is None:
        return []
    volume = known.hypervolume
    trainings = sum(one.num_trainings for one in known.networks.values())
    claimed = len(known.claimed)
    if not known.has_signal:
        claim = "the trainings do not show that networks differ in error, so that nothing is claimed of the front"
    elif claimed:
        claim = (
            f"{claimed} of {len(known.front)} members {'is' if claimed == 1 else 'are'} there because of "
            f"{'its error' if claimed == 1 else 'their errors'} with {LEVEL:.0%} probability"
        )
    else:
        claim = f"of no member it can be said with {LEVEL:.0%} probability that its error puts it there"
    return [
        f"errors are estimates from {trainings} trainings, own ones and those of similar networks, with {LEVEL:.0%} "
        f"intervals; those of one network's trainings differ by ± {known.noise_sd:.3f}, {known.signal:.0%} of the "
        f"variance is explained by genes and costs ({known.signal_low:.0%} to {known.signal_high:.0%})",
        f"{claim}; hypervolume {volume.value:.3f} ({volume.low:.3f} to {volume.high:.3f})",
    ]
