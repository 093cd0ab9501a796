"""What came of a paper's claims, as a result: `Claim`, `Reproduction`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from hwcost.report.result import Result
from nas.papers.statistics import Verdict
from nas.results.crossed import LEVEL, Interval

SCHEMA = "nas.reproduction/1"

Paper: TypeAlias = Literal["faqnas", "qnas", "hyb-hanas"]

TITLES: Mapping[str, str] = {
    "faqnas": "FAQNAS (arXiv:2511.10062)",
    "qnas": "QNAS (arXiv:2604.07013)",
    "hyb-hanas": "Hyb-HANAS (arXiv:2603.00625)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of a paper, and what we find.

    Attributes:
        name: Short name, unique within a paper and a data set.
        dataset: Data it was tried on; empty where it needs none.
        text: What the paper says, in our words.
        measure: What was computed for each seed.
        needed: What the interval must be for `reproduced`, and for `not reproduced`.
        interval: Mean over seeds with its interval; None where fewer than two seeds have a figure.
        values: The figure of each seed, None where it has none.
        verdict: What that says.
        remark: What a reader has to know besides.
        figures: Further figures by name.
    """

    name: str
    dataset: str = ""
    text: str
    measure: str
    needed: str
    interval: Interval | None
    values: tuple[float | None, ...]
    verdict: Verdict
    remark: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "values": list(self.values), "figures": dict(self.figures)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reproduction(Result):
    """The claims of a paper, tried over seeds.

    Attributes:
        paper: Which.
        folder: Where the searches, figures and tables are.
        datasets: Data that it was tried on.
        num_seeds: Seeds, each with its own searches, initial weights and division of the data.
        quick: Whether it was the small version, which shows that it works and can tell little.
        settings: How the searches were set, by name.
        claims: What was tried.
        unexamined: Claims that are not tried here, each with the reason.
        notes: What a reader has to know.
        pictures: Files of the figures, in `folder`.
    """

    paper: Paper
    folder: Path
    datasets: tuple[str, ...]
    num_seeds: int
    quick: bool
    settings: Mapping[str, Any]
    claims: tuple[Claim, ...]
    unexamined: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    pictures: tuple[Path, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; files by their names within the folder."""
        return {
            "schema": SCHEMA,
            "paper": self.paper,
            "title": TITLES[self.paper],
            "datasets": list(self.datasets),
            "num_seeds": self.num_seeds,
            "quick": self.quick,
            "level": LEVEL,
            "settings": dict(self.settings),
            "claims": [claim.to_dict() for claim in self.claims],
            "unexamined": [{"claim": claim, "reason": reason} for claim, reason in self.unexamined],
            "notes": list(self.notes),
            "pictures": [picture.name for picture in self.pictures],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each claim."""
        return [
            {
                "schema": SCHEMA,
                "paper": self.paper,
                "quick": self.quick,
                "claim": claim.name,
                "dataset": claim.dataset,
                "text": claim.text,
                "verdict": claim.verdict,
                "value": "" if claim.interval is None else claim.interval.value,
                "low": "" if claim.interval is None else claim.interval.low,
                "high": "" if claim.interval is None else claim.interval.high,
                "num_seeds": sum(value is not None for value in claim.values),
                "measure": claim.measure,
                "needed": claim.needed,
                "remark": claim.remark,
            }
            for claim in self.claims
        ]
