"""Search of hybrid quantum-classical neural networks for the best accuracy at their cost on hardware.

Public names are loaded on first use, so that `import nas` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nas.architecture_json import architecture_from_dict, architecture_hash, architecture_to_dict
    from nas.architectures import Architecture, Hidden, Layer
    from nas.checkpoint import Checkpoint, CheckpointError, load_checkpoint, save_checkpoint
    from nas.circuit import build_circuit, data_angles, observables
    from nas.costs import CandidateCost, candidate_cost
    from nas.datasets import Dataset, dataset_from_arrays, load_dataset
    from nas.engine import FastCircuit, memory_bytes
    from nas.errors import (
        DataError,
        MemoryLimitError,
        NasError,
        RunError,
        SearchError,
        SettingError,
        SpaceError,
        WorkerError,
    )
    from nas.evaluation import Evaluation
    from nas.exporting import Exported, export
    from nas.influence import dead_weights
    from nas.models import HybridNetwork, build_model
    from nas.objectives import OBJECTIVES, Objective
    from nas.pennylane_engine import build_qnode
    from nas.recosting import recost
    from nas.run_report import Report, write_report
    from nas.search_config import SearchConfig, load_config
    from nas.search_results import Generation, Run, open_run
    from nas.search_run import SearchProgress, resume, search
    from nas.search_space import Gene, SearchSpace, format_genome, parse_genome
    from nas.space_size import SpaceSize, count_architectures, distinct_circuits
    from nas.spaces import list_spaces, load_space, space_from_dict
    from nas.splits import SplitSettings
    from nas.training import Score, TrainedNetwork, score_on_test_part, train, train_network, train_together
    from nas.training_record import TrainRecord, TrainSettings
    from nas.vocabulary import architecture

_HOME = {
    "Architecture": "architectures",
    "CandidateCost": "costs",
    "Checkpoint": "checkpoint",
    "CheckpointError": "checkpoint",
    "DataError": "errors",
    "Dataset": "datasets",
    "Evaluation": "evaluation",
    "Exported": "exporting",
    "FastCircuit": "engine",
    "Gene": "search_space",
    "Generation": "search_results",
    "Hidden": "architectures",
    "HybridNetwork": "models",
    "Layer": "architectures",
    "MemoryLimitError": "errors",
    "NasError": "errors",
    "OBJECTIVES": "objectives",
    "Objective": "objectives",
    "Report": "run_report",
    "Run": "search_results",
    "RunError": "errors",
    "Score": "training",
    "SearchConfig": "search_config",
    "SearchError": "errors",
    "SearchProgress": "search_run",
    "SearchSpace": "search_space",
    "SettingError": "errors",
    "SpaceError": "errors",
    "SpaceSize": "space_size",
    "SplitSettings": "splits",
    "TrainRecord": "training_record",
    "TrainSettings": "training_record",
    "TrainedNetwork": "training",
    "WorkerError": "errors",
    "architecture": "vocabulary",
    "architecture_from_dict": "architecture_json",
    "architecture_hash": "architecture_json",
    "architecture_to_dict": "architecture_json",
    "build_circuit": "circuit",
    "build_model": "models",
    "build_qnode": "pennylane_engine",
    "candidate_cost": "costs",
    "count_architectures": "space_size",
    "data_angles": "circuit",
    "dataset_from_arrays": "datasets",
    "dead_weights": "influence",
    "distinct_circuits": "space_size",
    "export": "exporting",
    "format_genome": "search_space",
    "list_spaces": "spaces",
    "load_checkpoint": "checkpoint",
    "load_config": "search_config",
    "load_dataset": "datasets",
    "load_space": "spaces",
    "memory_bytes": "engine",
    "observables": "circuit",
    "open_run": "search_results",
    "parse_genome": "search_space",
    "recost": "recosting",
    "resume": "search_run",
    "save_checkpoint": "checkpoint",
    "score_on_test_part": "training",
    "search": "search_run",
    "space_from_dict": "spaces",
    "train": "training",
    "train_network": "training",
    "train_together": "training",
    "write_report": "run_report",
}

__all__ = [
    "OBJECTIVES",
    "Architecture",
    "CandidateCost",
    "Checkpoint",
    "CheckpointError",
    "DataError",
    "Dataset",
    "Evaluation",
    "Exported",
    "FastCircuit",
    "Gene",
    "Generation",
    "Hidden",
    "HybridNetwork",
    "Layer",
    "MemoryLimitError",
    "NasError",
    "Objective",
    "Report",
    "Run",
    "RunError",
    "Score",
    "SearchConfig",
    "SearchError",
    "SearchProgress",
    "SearchSpace",
    "SettingError",
    "SpaceError",
    "SpaceSize",
    "SplitSettings",
    "TrainRecord",
    "TrainSettings",
    "TrainedNetwork",
    "WorkerError",
    "architecture",
    "architecture_from_dict",
    "architecture_hash",
    "architecture_to_dict",
    "build_circuit",
    "build_model",
    "build_qnode",
    "candidate_cost",
    "count_architectures",
    "data_angles",
    "dataset_from_arrays",
    "dead_weights",
    "distinct_circuits",
    "export",
    "format_genome",
    "list_spaces",
    "load_checkpoint",
    "load_config",
    "load_dataset",
    "load_space",
    "memory_bytes",
    "observables",
    "open_run",
    "parse_genome",
    "recost",
    "resume",
    "save_checkpoint",
    "score_on_test_part",
    "search",
    "space_from_dict",
    "train",
    "train_network",
    "train_together",
    "write_report",
]


def __getattr__(name: str) -> Any:
    try:
        module = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'nas' has no attribute {name!r}") from None
    value = getattr(import_module(f"nas.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
