"""Search of hybrid quantum-classical neural networks for the best accuracy at their cost on hardware.

Public names are loaded on first use, so that `import nas` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcost.core.lazy import lazy_names

if TYPE_CHECKING:
    from nas.architectures.circuit import (
        build_circuit as build_circuit,
        data_angles as data_angles,
        observables as observables,
    )
    from nas.architectures.influence import (
        dead_weights as dead_weights,
    )
    from nas.architectures.json import (
        architecture_from_dict as architecture_from_dict,
        architecture_hash as architecture_hash,
        architecture_to_dict as architecture_to_dict,
    )
    from nas.architectures.record import (
        Architecture as Architecture,
        Hidden as Hidden,
        Layer as Layer,
    )
    from nas.core.errors import (
        DataError as DataError,
        MemoryLimitError as MemoryLimitError,
        NasError as NasError,
        RunError as RunError,
        SearchError as SearchError,
        SettingError as SettingError,
        SpaceError as SpaceError,
        WorkerError as WorkerError,
    )
    from nas.costs import (
        CandidateCost as CandidateCost,
        candidate_cost as candidate_cost,
    )
    from nas.datasets.dataset import (
        Dataset as Dataset,
        dataset_from_arrays as dataset_from_arrays,
        load_dataset as load_dataset,
    )
    from nas.datasets.splits import (
        SplitSettings as SplitSettings,
    )
    from nas.engine.circuit import (
        FastCircuit as FastCircuit,
        memory_bytes as memory_bytes,
    )
    from nas.engine.network import (
        HybridNetwork as HybridNetwork,
        build_model as build_model,
    )
    from nas.engine.pennylane import (
        build_qnode as build_qnode,
    )
    from nas.papers.record import (
        Claim as Claim,
        Reproduction as Reproduction,
    )
    from nas.papers.reproduce import (
        reproduce as reproduce,
    )
    from nas.results.curves import (
        CurveStudy as CurveStudy,
        EarlyEpoch as EarlyEpoch,
        curves as curves,
    )
    from nas.results.evaluate import (
        evaluate as evaluate,
    )
    from nas.results.evaluation_record import (
        DeviceEvaluation as DeviceEvaluation,
    )
    from nas.results.events import (
        export_events as export_events,
    )
    from nas.results.export import (
        Exported as Exported,
        export as export,
    )
    from nas.results.optuna_study import (
        ExportedStudy as ExportedStudy,
        export_study as export_study,
    )
    from nas.results.pilot import (
        PilotReport as PilotReport,
        pilot as pilot,
    )
    from nas.results.report import (
        Report as Report,
        write_report as write_report,
    )
    from nas.results.recost import (
        recost as recost,
    )
    from nas.results.retrain import (
        retrain as retrain,
    )
    from nas.results.retrained_record import (
        Retrained as Retrained,
        Retraining as Retraining,
        Tried as Tried,
    )
    from nas.results.supercircuit import (
        supercircuit as supercircuit,
    )
    from nas.results.supercircuit_record import (
        RankedNetwork as RankedNetwork,
        SuperCircuitStudy as SuperCircuitStudy,
        Way as Way,
    )
    from nas.runs.config import (
        SearchConfig as SearchConfig,
        load_config as load_config,
    )
    from nas.runs.objectives import (
        OBJECTIVES as OBJECTIVES,
        Objective as Objective,
    )
    from nas.runs.pilot_record import (
        Pilot as Pilot,
        PilotSetting as PilotSetting,
    )
    from nas.runs.record import (
        Evaluation as Evaluation,
    )
    from nas.runs.run import (
        Generation as Generation,
        Run as Run,
        open_run as open_run,
    )
    from nas.runs.search import (
        SearchProgress as SearchProgress,
        resume as resume,
        search as search,
    )
    from nas.runs.variance import (
        Shares as Shares,
        intraclass as intraclass,
    )
    from nas.spaces.build import (
        architecture as architecture,
    )
    from nas.spaces.load import (
        list_spaces as list_spaces,
        load_space as load_space,
        space_from_dict as space_from_dict,
    )
    from nas.spaces.record import (
        Gene as Gene,
        SearchSpace as SearchSpace,
        format_genome as format_genome,
        parse_genome as parse_genome,
    )
    from nas.spaces.size import (
        SpaceSize as SpaceSize,
        count_architectures as count_architectures,
        distinct_circuits as distinct_circuits,
    )
    from nas.training.checkpoint import (
        Checkpoint as Checkpoint,
        CheckpointError as CheckpointError,
        load_checkpoint as load_checkpoint,
        save_checkpoint as save_checkpoint,
    )
    from nas.training.record import (
        TrainRecord as TrainRecord,
        TrainSettings as TrainSettings,
    )
    from nas.training.train import (
        Score as Score,
        TrainedNetwork as TrainedNetwork,
        score_on_test_part as score_on_test_part,
        train as train,
        train_network as train_network,
        train_together as train_together,
    )

_HOME = {
    "Architecture": "architectures.record",
    "CandidateCost": "costs",
    "Checkpoint": "training.checkpoint",
    "CheckpointError": "training.checkpoint",
    "Claim": "papers.record",
    "CurveStudy": "results.curves",
    "DataError": "core.errors",
    "Dataset": "datasets.dataset",
    "DeviceEvaluation": "results.evaluation_record",
    "EarlyEpoch": "results.curves",
    "Evaluation": "runs.record",
    "Exported": "results.export",
    "ExportedStudy": "results.optuna_study",
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
    "Pilot": "runs.pilot_record",
    "PilotReport": "results.pilot",
    "PilotSetting": "runs.pilot_record",
    "RankedNetwork": "results.supercircuit_record",
    "Report": "results.report",
    "Reproduction": "papers.record",
    "Retrained": "results.retrained_record",
    "Retraining": "results.retrained_record",
    "Run": "runs.run",
    "RunError": "core.errors",
    "Score": "training.train",
    "SearchConfig": "runs.config",
    "SearchError": "core.errors",
    "SearchProgress": "runs.search",
    "SearchSpace": "spaces.record",
    "SettingError": "core.errors",
    "Shares": "runs.variance",
    "SpaceError": "core.errors",
    "SpaceSize": "spaces.size",
    "SplitSettings": "datasets.splits",
    "SuperCircuitStudy": "results.supercircuit_record",
    "TrainRecord": "training.record",
    "TrainSettings": "training.record",
    "TrainedNetwork": "training.train",
    "Tried": "results.retrained_record",
    "Way": "results.supercircuit_record",
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
    "curves": "results.curves",
    "data_angles": "architectures.circuit",
    "dataset_from_arrays": "datasets.dataset",
    "dead_weights": "architectures.influence",
    "distinct_circuits": "spaces.size",
    "evaluate": "results.evaluate",
    "export": "results.export",
    "export_events": "results.events",
    "export_study": "results.optuna_study",
    "format_genome": "spaces.record",
    "intraclass": "runs.variance",
    "list_spaces": "spaces.load",
    "load_checkpoint": "training.checkpoint",
    "load_config": "runs.config",
    "load_dataset": "datasets.dataset",
    "load_space": "spaces.load",
    "memory_bytes": "engine.circuit",
    "observables": "architectures.circuit",
    "open_run": "runs.run",
    "parse_genome": "spaces.record",
    "pilot": "results.pilot",
    "recost": "results.recost",
    "reproduce": "papers.reproduce",
    "resume": "runs.search",
    "retrain": "results.retrain",
    "save_checkpoint": "training.checkpoint",
    "score_on_test_part": "training.train",
    "search": "runs.search",
    "space_from_dict": "spaces.load",
    "supercircuit": "results.supercircuit",
    "train": "training.train",
    "train_network": "training.train",
    "train_together": "training.train",
    "write_report": "results.report",
}

__all__ = sorted(_HOME)
__getattr__, __dir__ = lazy_names(__name__, _HOME)
