"""What `compare` is given, checked and made ready: compilers, backends, workers, cache."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hwcost.backend.prepared import Device
from hwcost.backend.qcec import qcec_version
from hwcost.calibration.assumed import gaps_of, refuse_values
from hwcost.calibration.load import load_calibration
from hwcost.calibration.patterns import ALL, as_pattern, matches_of
from hwcost.comparison.compilers import AnyCompiler, QiskitCompiler, levels_as_compilers, resolve_compiler, unique_names
from hwcost.comparison.lower_bounds import left_out
from hwcost.comparison.record import ComparedBackend
from hwcost.core.caveat import texts
from hwcost.core.errors import CalibrationError, HwcostError, OptionError, UnknownBackendError
from hwcost.core.text import one_line, plural
from hwcost.core.version import __version__
from hwcost.estimation.caveats import rep_delay_caveats
from hwcost.estimation.conditions import Conditions, prepare_conditions
from hwcost.estimation.options import EstimateRequest


@dataclass(frozen=True, slots=True)
class PreparedBackend:
    """A backend that is compared.

    Attributes:
        record: What the comparison says of it.
        conditions: The device and how it is costed; None if its calibration was refused.
        index: Its place among the backends that were not refused; -1 otherwise.
    """

    record: ComparedBackend
    conditions: Conditions | None
    index: int


def chosen_compilers(compilers: Any, levels: Any) -> list[tuple[str, AnyCompiler]]:
    """Return the compilers with unique names."""
    single = isinstance(compilers, str) or callable(compilers) or hasattr(compilers, "run")
    if not single and not isinstance(compilers, Iterable):
        raise OptionError(f"compilers is a {type(compilers).__name__}; give one compiler or several")
    named = [compilers] if single else list(compilers)
    if levels is None:
        levels = () if named else (2,)
    chosen = [*levels_as_compilers(levels), *(resolve_compiler(item) for item in named)]
    if not chosen:
        raise OptionError("there is no compiler to compare; give optimization_levels or compilers")
    preset = [compiler for compiler in chosen if isinstance(compiler, QiskitCompiler)]
    for compiler in preset:
        if preset.count(compiler) > 1:
            raise OptionError(f"{compiler.name} is given twice; a Qiskit level with a seed is always the same")
    keys = [resolved.cache_key for resolved in chosen]
    for resolved in chosen:
        if resolved.cache_key is not None and keys.count(resolved.cache_key) > 1:
            raise OptionError(
                f"two compilers cannot be told from each other, {one_line(str(resolved.name))}; give them different "
                "names or versions, or give it once"
            )
    return list(zip(unique_names([one_line(str(c.name)) for c in chosen]), chosen, strict=True))


def prepared_backends(backends: Any, request: EstimateRequest) -> list[PreparedBackend]:
    """Prepare and audit the backends, with names that occur once; refused ones keep the reason.

    A pattern stands for all backends that fit it, less those that are there already.

    Raises:
        UnknownBackendError: There is no such backend, or none fits a pattern.
        CalibrationError: Every backend is refused.
        OptionError: There is none, or one is given twice.
    """
    listed = list(backends) if isinstance(backends, (list, tuple, set, frozenset)) else [backends]
    if not listed:
        raise OptionError("there is no backend to compare on; give at least one")
    each = _each(listed)
    if request.readout_from is not None and len(each) > 1:
        raise OptionError(
            f"readout_from is of one device, and {len(each)} backends are compared; leave it out, or give one backend"
        )
    pairs: list[tuple[ComparedBackend, Conditions | None]] = []
    first_error: HwcostError | None = None
    lacking: set[str] = set()
    for wanted in each:
        try:
            conditions = _prepared(wanted.read(), request, lacking)
            pairs.append((_record(conditions, wanted.pattern), conditions))
        except CalibrationError as error:
            # A backend that its account lists may be retired; a name that somebody wrote is a mistake.
            if isinstance(error, UnknownBackendError) and wanted.pattern is None:
                raise
            first_error = first_error or error
            refused = ComparedBackend(name=wanted.name, error=one_line(str(error)), pattern=wanted.pattern)
            pairs.append((refused, None))
    if first_error is not None and all(conditions is None for _, conditions in pairs):
        raise first_error
    refuse_values("every backend has", request.given() - lacking)
    pairs = _without_repeated_matches(pairs)
    _refuse_repeated(pairs)
    result: list[PreparedBackend] = []
    for name, (record, prepared) in zip(unique_names([record.name for record, _ in pairs]), pairs, strict=True):
        index = sum(b.conditions is not None for b in result) if prepared is not None else -1
        result.append(PreparedBackend(dataclasses.replace(record, name=name), prepared, index))
    return result


def _prepared(backend: Any, request: EstimateRequest, lacking: set[str]) -> Conditions:
    """Prepare one backend with those of the given values that it lacks, whose names are added to `lacking`."""
    given = request.given()
    if not given or isinstance(backend, Device):  # which refuses them
        return prepare_conditions(backend, request)
    calibration = load_calibration(backend)
    gaps = gaps_of(calibration)
    lacking |= gaps & given
    without: dict[str, Any] = dict.fromkeys(given - gaps)
    return prepare_conditions(calibration, dataclasses.replace(request, **without))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A backend that is asked for, by itself or by a pattern that it fits."""

    name: str
    read: Callable[[], Any]
    pattern: str | None = None


def _each(listed: Sequence[Any]) -> list[_Wanted]:
    """Return what is asked for, each match of a pattern once."""
    wanted: list[_Wanted] = []
    names = {backend for backend in listed if isinstance(backend, str)}
    for given in listed:
        pattern = as_pattern(given)
        if pattern is None:
            name = given if isinstance(given, (str, os.PathLike)) else getattr(given, "name", "backend")
            wanted.append(_Wanted(one_line(str(name)), partial(_same, given)))
            continue
        for match in matches_of(pattern):
            if match.name not in names:
                names.add(match.name)
                wanted.append(_Wanted(one_line(match.name), match.read, one_line(pattern.text)))
    return wanted


def _same(given: Any) -> Any:
    return given


def _without_repeated_matches(
    pairs: Sequence[tuple[ComparedBackend, Conditions | None]],
) -> list[tuple[ComparedBackend, Conditions | None]]:
    """Leave out matches of patterns that were given otherwise, too: `torino` and `fake_torino` are one."""
    seen = {record.calibration_sha256 for record, conditions in pairs if conditions and record.pattern is None}
    kept = []
    for record, conditions in pairs:
        if conditions is not None and record.pattern is not None:
            if record.calibration_sha256 in seen:
                continue
            seen.add(record.calibration_sha256)
        kept.append((record, conditions))
    return kept


def _refuse_repeated(pairs: Sequence[tuple[ComparedBackend, Conditions | None]]) -> None:
    hashes = [record.calibration_sha256 for record, conditions in pairs if conditions is not None]
    for record, _ in pairs:
        if hashes.count(record.calibration_sha256) > 1:
            raise OptionError(f"the backend {record.name} is given twice with the same calibration; give it once")


def _record(conditions: Conditions, pattern: str | None) -> ComparedBackend:
    audited, assumption = conditions.device.audited, conditions.rep_delay_assumption
    calibration = audited.calibration
    return ComparedBackend(
        name=calibration.name,
        source=calibration.source,
        origin=calibration.origin,
        processor=calibration.processor,
        num_qubits=calibration.num_qubits,
        num_qubits_usable=len(audited.component),
        snapshot_date=calibration.snapshot_date,
        snapshot_age_days=audited.age_days,
        calibration_sha256=conditions.device.sha256,
        rep_delay_s=conditions.rep_delay_s,
        warnings=(
            *(() if assumption is None else (assumption,)),
            *calibration.assumptions,
            *texts(rep_delay_caveats(conditions)),
        ),
        left_out=left_out(conditions),
        pattern=pattern,
    )


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that the numbers depend on; mqt.qcec only where it is installed."""
    from importlib import metadata

    names = ("qiskit", "rustworkx", "numpy", "scipy")
    prover = {} if (qcec := qcec_version()) is None else {"mqt.qcec": qcec}
    return {"hwcost": __version__, **{name: metadata.version(name) for name in names}, **prover}


def compiler_versions(compilers: Sequence[tuple[str, AnyCompiler]]) -> dict[str, str]:
    """Return the versions of the packages that bring the compilers, beside Qiskit's own."""
    from importlib import metadata

    packages = (package for _, compiler in compilers for package in getattr(compiler, "packages", ()))
    return {package: metadata.version(package) for package in packages}


def notes_on_backends(prepared: Sequence[PreparedBackend]) -> Iterator[str]:
    """Yield what `all` stands for."""
    number = sum(1 for backend in prepared if (backend.record.pattern or "").lower() == ALL)
    if number:
        yield (
            f"{ALL} stands for {plural(number, 'fake backend')} of the installed qiskit-ibm-runtime: snapshots of past "
            "days that need no network; 'ibm_*' stands for the live ones of an account"
        )


def notes_on(compilers: Sequence[tuple[str, AnyCompiler]], seeds: Sequence[int]) -> Iterator[str]:
    """Yield notes on the compilers."""
    for name, compiler in compilers:
        if versions := compiler_versions([(name, compiler)]):
            yield f"{name} is {', '.join(f'{package} {version}' for package, version in versions.items())}"
        if not compiler.uses_seed:
            yield f"{name} takes no seed: each circuit was compiled once, and counts for all {len(seeds)} seeds"
    names = [name for name, compiler in compilers if compiler.cache_key is None]
    if names:
        yield (
            f"cells of {', '.join(names)} are not kept in the cache, because a change would not be noticed without an "
            "attribute `version`"
        )
