"""Search of hybrid quantum-classical neural networks for the best accuracy at their cost on hardware.

Public names are loaded on first use, so that `import nas` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nas.architectures.circuit import build_circuit, data_angles, observables
    from nas.architectures.influence import dead_weights
    from nas.architectures.json import architecture_from_dict, architecture_hash, architecture_to_dict
    from nas.architectures.record import Architecture, Hidden, Layer
    from nas.core.errors import (
        DataError,
        MemoryLimitError,
        NasError,
        RunError,
        SearchError,
        SettingError,
        SpaceError,
        WorkerError,
    )
    from nas.costs import CandidateCost, candidate_cost
    from nas.datasets.dataset import Dataset, dataset_from_arrays, load_dataset
    from nas.datasets.splits import SplitSettings
    from nas.engine.circuit import FastCircuit, memory_bytes
    from nas.engine.network import HybridNetwork, build_model
    from nas.engine.pennylane import build_qnode
    from nas.results.export import Exported, export
    from nas.results.page import Report, write_report
    from nas.results.recost import recost
    from nas.runs.config import SearchConfig, load_config
    from nas.runs.objectives import OBJECTIVES, Objective
    from nas.runs.record import Evaluation
    from nas.runs.run import Generation, Run, open_run
    from nas.runs.search import SearchProgress, resume, search
    from nas.spaces.build import architecture
    from nas.spaces.load import list_spaces, load_space, space_from_dict
    from nas.spaces.record import Gene, SearchSpace, format_genome, parse_genome
    from nas.spaces.size import SpaceSize, count_architectures, distinct_circuits
    from nas.training.checkpoint import Checkpoint, CheckpointError, load_checkpoint, save_checkpoint
    from nas.training.record import TrainRecord, TrainSettings
    from nas.training.train import Score, TrainedNetwork, score_on_test_part, train, train_network, train_together

_HOME = {
    "Architecture": "architectures.record",
    "CandidateCost": "costs",
    "Checkpoint": "training.checkpoint",
    "CheckpointError": "training.checkpoint",
    "DataError": "core.errors",
    "Dataset": "datasets.dataset",
    "Evaluation": "runs.record",
    "Exported": "results.export",
    "FastCircuit": "engine.circuit",
    "Gene": "spaces.record",
    "Generation": "runs.run",
    "Hidden": "architectures.record",
    "HybridNetwork": "engine.network",
    "Layer": "architectures.record",
    "MemoryLimitError": "core.errors",
    "NasError": "core.errors",
    "OBJECTIVES": "runs.objectives",
    "Objective": "runs.objectives",
    "Report": "results.page",
    "Run": "runs.run",
    "RunError": "core.errors",
    "Score": "training.train",
    "SearchConfig": "runs.config",
    "SearchError": "core.errors",
    "SearchProgress": "runs.search",
    "SearchSpace": "spaces.record",
    "SettingError": "core.errors",
    "SpaceError": "core.errors",
    "SpaceSize": "spaces.size",
    "SplitSettings": "datasets.splits",
    "TrainRecord": "training.record",
    "TrainSettings": "training.record",
    "TrainedNetwork": "training.train",
    "WorkerError": "core.errors",
    "architecture": "spaces.build",
    "architecture_from_dict": "architectures.json",
    "architecture_hash": "architectures.json",
    "architecture_to_dict": "architectures.json",
    "build_circuit": "architectures.circuit",
    "build_model": "engine.network",
    "build_qnode": "engine.pennylane",
    "candidate_cost": "costs",
    "count_architectures": "spaces.size",
    "data_angles": "architectures.circuit",
    "dataset_from_arrays": "datasets.dataset",
    "dead_weights": "architectures.influence",
    "distinct_circuits": "spaces.size",
    "export": "results.export",
    "format_genome": "spaces.record",
    "list_spaces": "spaces.load",
    "load_checkpoint": "training.checkpoint",
    "load_config": "runs.config",
    "load_dataset": "datasets.dataset",
    "load_space": "spaces.load",
    "memory_bytes": "engine.circuit",
    "observables": "architectures.circuit",
    "open_run": "runs.run",
    "parse_genome": "spaces.record",
    "recost": "results.recost",
    "resume": "runs.search",
    "save_checkpoint": "training.checkpoint",
    "score_on_test_part": "training.train",
    "search": "runs.search",
    "space_from_dict": "spaces.load",
    "train": "training.train",
    "train_network": "training.train",
    "train_together": "training.train",
    "write_report": "results.page",
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
