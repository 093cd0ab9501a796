"""A training with all that it rests on, as a result: `TrainReport`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwcost.report.result import Result
from nas.architectures.json import architecture_to_dict

if TYPE_CHECKING:
    from nas.architectures.record import Architecture
    from nas.datasets.dataset import Dataset
    from nas.training.record import TrainRecord
    from nas.training.train import Score


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainReport(Result):
    """What came of the training of one network of a search space.

    Attributes:
        record: Its record.
        space: Name of the search space.
        genome: Genome of the network.
        architecture: The network.
        data: The data set.
        saved: File of the checkpoint, None without one.
        score: How well the network does on the test part, None where it was not asked for.
    """

    not_in_rows = frozenset({"architecture"})

    record: TrainRecord
    space: str
    genome: Mapping[str, Any]
    architecture: Architecture
    data: Dataset
    saved: str | None = None
    score: Score | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data, with network, data and score."""
        data, parts = self.data, self.data.split
        return self.record.to_dict() | {
            "space": self.space,
            "genome": dict(self.genome),
            "saved": self.saved,
            "architecture": architecture_to_dict(self.architecture),
            "data": {
                "origin": data.origin,
                "notes": list(data.notes),
                "num_features": data.num_features,
                "classes": list(data.class_names),
                "num_training": len(parts.training),
                "num_validation": len(parts.validation),
                "num_test": len(parts.test),
                "official_test": parts.has_official_test,
                "scaling": data.scaling.kind,
                "split": dataclasses.asdict(parts.settings),
            },
            "test": None if self.score is None else dataclasses.asdict(self.score),
        }
