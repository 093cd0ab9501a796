"""One door for files: no reader of a command waits for a pipe, reads a device or tells what is in somebody's file."""

from __future__ import annotations

import ast
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from hwcost import HwcostError
from hwcost.calibration.load import import_calibration
from hwcost.calibration.readout_file import load_readout
from hwcost.calibration.sources.snapshot import load_snapshot
from hwcost.circuits.load import read_circuit_file
from hwcost.circuits.pauli_sums import read_pauli_sums
from hwcost.classical.machine import load_device_profile
from hwcost.core.default_values import read_tables
from hwcost.jobs.documents import read_documents
from hwcost.jobs.profile_file import load_profile
from hwcost.jobs.table import read_job_table
from hwcost.models.files import load_samples
from hwcost.primitives.files import load_options
from hwcost.validation.measured_file import load_measured
from nas.core.errors import SpaceError
from nas.core.toml import read_toml
from nas.datasets.binary import read_idx, read_npz
from nas.datasets.csv import read_csv
from nas.runs.config import load_config
from nas.runs.run import open_run
from nas.spaces.load import load_space
from places import ROOT

SECRET = "QISKIT_IBM_TOKEN=s3cret-t0ken-of-somebody"


def _checkpoint(path: Path) -> object:
    pytest.importorskip("torch")
    from nas.training.checkpoint import load_checkpoint

    return load_checkpoint(path)


def _run(path: Path) -> object:
    folder = path.parent / "run"
    folder.mkdir(exist_ok=True)
    if not (folder / "run.json").exists():
        (folder / "run.json").symlink_to(path)
    return open_run(folder)


def _observable(path: Path) -> object:
    """Labels are checked by whoever knows the circuit."""
    return read_pauli_sums(path)


def _documents(path: Path) -> object:
    """Its folder is read, and what cannot be read is listed."""
    _, unread = read_documents([path])
    raise HwcostError("; ".join(item.reason for item in unread))


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "calibration": ("a.json", import_calibration),
    "calibration table": ("a.csv", import_calibration),
    "snapshot": ("a.json", load_snapshot),
    "circuit": ("a.qasm", read_circuit_file),
    "observable": ("a.json", _observable),
    "job table": ("a.csv", read_job_table),
    "job profile": ("a.json", load_profile),
    "job documents": ("a.json", _documents),
    "device profile": ("a.json", load_device_profile),
    "options": ("a.toml", lambda path: load_options(str(path))),
    "readout": ("a.json", lambda path: load_readout(str(path))),
    "measured": ("a.json", lambda path: load_measured(str(path))),
    "defaults": ("a.toml", lambda path: read_tables(path, ["estimate"])),
    "sample": ("a.npy", lambda path: load_samples(None, [str(path)])),
    "toml": ("a.toml", lambda path: read_toml(path, SpaceError, "a space")),
    "space": ("a.toml", lambda path: load_space(str(path))),
    "search": ("a.toml", lambda path: load_config(path, {})),
    "idx": ("a.idx", read_idx),
    "npz": ("a.npz", lambda path: read_npz(path, name="a")),
    "csv": ("a.csv", lambda path: read_csv(path, "label")),
    "checkpoint": ("a.pt", _checkpoint),
    "run": ("a.json", _run),
}
each_reader = pytest.mark.parametrize(("name", "read"), READERS.values(), ids=READERS)


def refusal(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(HwcostError) as caught:
        read(path)
    text = str(caught.value)
    assert len(text) < 2000
    return text


@each_reader
def test_pipes_sockets_and_folders_are_refused_at_once(
    name: str, read: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    refusal(read, path)
    path.unlink()
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        refusal(read, path)
    path.unlink()
    path.mkdir()
    if read is not _documents:
        refusal(read, path)


@each_reader
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/tty", "/proc/self/environ", "/proc/kmsg", "/proc/self/mem"])
def test_devices_and_what_the_kernel_shows_are_refused(
    name: str, read: Callable[[Path], object], target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_TEST", SECRET)
    path = tmp_path / name
    path.symlink_to(target)
    said = refusal(read, path)
    assert not any(word in said for word in ("s3cret", "PATH=", "PYTHON"))


@each_reader
@pytest.mark.parametrize(
    "content",
    [SECRET, f"{SECRET},b\n1,2\n", f"[{SECRET}]", f'{{"{SECRET}": "{SECRET}"}}', f'a = "{SECRET}"\n'],
    ids=["line", "csv", "list", "json", "toml"],
)
def test_somebody_elses_file_is_not_told(
    name: str, read: Callable[[Path], object], content: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(content * 3)
    said = refusal(read, path)
    assert "s3cret-t0ken-of-somebody" not in said


@each_reader
def test_a_sparse_file_of_a_terabyte_is_refused_unread(
    name: str, read: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(2**40)
    assert "larger than" in refusal(read, path) or name == "a.csv"


# What opens files without the one reader, and why; this list may only become shorter.
MAY_OPEN = {
    "hwcost/core/reading.py": "the reader",
    "hwcost/core/files.py": "writes; reads what it removes",
    "hwcost/core/guard.py": "looks whether a file is ours",
    "hwcost/core/arrays.py": "the members of an archive that the reader opened",
    "hwcost/calibration/sources/ibm_fake.py": "a file of qiskit-ibm-runtime",
    "hwcost/circuits/sandbox.py": "/dev/null and its own memory",
    "hwcost/core/result_cache.py": "its own cache, checked, and its own source",
    "hwcost/comparison/cluster.py": "its own temporary files",
    "hwcost/comparison/compilers.py": "the source of a compiler",
    "hwcost/comparison/work.py": "its own temporary files",
    "nas/engine/kernel_cache.py": "the source of the kernels",
    "nas/engine/memory.py": "the free memory",
    "nas/runs/store.py": "the lock, checked",
}
OPENERS = {"open", "read_text", "read_bytes", "memmap", "fromfile", "loadtxt", "genfromtxt"}
LIBRARIES = {("np", "load"), ("torch", "load"), ("json", "load"), ("tomllib", "load"), ("pickle", "load")}
FROM_OPENED = {
    "hwcost/models/files.py",
    "nas/datasets/binary.py",
    "nas/training/checkpoint.py",
    "nas/training/supercircuit.py",
}


def openings(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in OPENERS:
            found.append(called.id)
        elif isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            if called.attr in OPENERS or (owner, called.attr) in LIBRARIES:
                found.append(f"{owner}.{called.attr}")
    return found


def test_nothing_else_opens_files() -> None:
    found = {}
    for package in ("hwcost", "nas"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            calls = openings(path)
            if name in FROM_OPENED:
                calls = [call for call in calls if call not in ("np.load", "torch.load")]
            if calls:
                found[name] = calls
    assert set(found) == set(MAY_OPEN), {name: calls for name, calls in found.items() if name not in MAY_OPEN}
