"""What is fuzzed: for each kind of file a few good ones, a mutator, and the command that reads it."""

from __future__ import annotations

import contextlib
import csv
import gc
import importlib.util
import io
import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from judge import Verdict, loaded, run
from mutate import (
    HOSTILE_NUMBERS,
    HOSTILE_TEXTS,
    Mutator,
    mutate_bytes,
    mutate_csv,
    mutate_json,
    mutate_npy,
    mutate_text,
    mutate_zip,
)

Main = Callable[[list[str]], int]


@dataclass(frozen=True)
class Surface:
    """One way in.

    Attributes:
        name: For reports.
        program: `hwcost` or `nas`.
        corpus: Good files, by name; the mutated one gets the name of the one that it came from.
        mutate: The mutator, or None for `options`.
        arguments: Command line, with `{file}` for the mutated file and `{folder}` for the folder of good ones.
        options: Options whose values are mutated instead of a file.
        beside: Good files that stand beside the mutated one, written anew for each case.
        every: One round of so many takes it, because it is slow.
        restless: Whether the file changes while it is read.
        ordinary: Whether files and folders lose permissions, of which an ordinary user is told.
    """

    name: str
    program: str
    corpus: dict[str, bytes]
    mutate: Mutator | None
    arguments: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, bytes], ...] = ()
    every: int = 1
    restless: bool = False
    ordinary: bool = False

    def judged(self, folder: Path, seed: int) -> tuple[list[str], Verdict]:
        """Try the case of a seed; return its command line and what it came to."""
        words = self.case(folder, seed)
        chance = random.Random(f"{self.name}:{seed}:judged")
        files = [folder / name for name in self.corpus if (folder / name).exists()]
        places = [*files, folder] if self.ordinary else []
        modes = [(place, place.stat().st_mode) for place in places]
        for place, _ in modes:
            place.chmod(chance.choice((0o000, 0o200, 0o400, 0o500, 0o700)))
        try:
            restless = files[0] if self.restless and files else None
            return words, run(entry(self.program), words, folder, restless=restless, ordinary=self.ordinary)
        finally:
            for place, mode in modes:
                place.chmod(mode)

    def good(self, folder: Path) -> Iterator[list[str]]:
        """Write each good file, and yield the command line that reads it."""
        for name, data in self.corpus.items() or (("none", b""),):
            self._write(folder, name, data)
            words = [word.format(file=folder / name, folder=folder) for word in self.arguments]
            first = [(option, value.replace("{folder}", str(folder))) for option, value in self.options[:1]]
            yield [*words, *(f"{option}={value}" if option else value for option, value in first)]

    def _write(self, folder: Path, name: str, data: bytes) -> None:
        self._clear(folder)
        for other, content in self.beside:
            (folder / other).parent.mkdir(exist_ok=True)
            (folder / other).write_bytes(content)
        (folder / name).write_bytes(data)

    @staticmethod
    def _clear(folder: Path) -> None:
        (folder / "out.json").unlink(missing_ok=True)  # a snapshot is never replaced
        shutil.rmtree(folder / "new", ignore_errors=True)  # and a run goes on with the settings that it has

    def case(self, folder: Path, seed: int) -> list[str]:
        """Write the hostile file of a seed, and return the command line that reads it."""
        chance = random.Random(f"{self.name}:{seed}")
        self._clear(folder)
        path = folder / "none"
        if self.corpus:
            name = chance.choice(sorted(self.corpus))
            data = self.corpus[name]
            path = folder / name
            self._write(folder, name, data if self.mutate is None else self.mutate(data, chance))
        words = [word.format(file=path, folder=folder) for word in self.arguments]
        for option, value in chance.sample(self.options, min(len(self.options), chance.choice((1, 1, 2)))):
            hostile = chance.choice(HOSTILE_NUMBERS + HOSTILE_TEXTS + (value,)).replace("\0", "")
            hostile = hostile.replace("{folder}", str(folder))
            words.append(f"{option}={hostile}" if option else hostile)
        return words


QASM2 = """OPENQASM 2.0;
include "qelib1.inc";
gate mine(a) p, q { rz(a/2) p; cx p, q; rz(-a/2) q; }
qreg q[3];
creg c[3];
h q[0];
mine(pi/3) q[0], q[1];
barrier q;
if (c == 1) x q[2];
u3(0.1, 0.2, 0.3) q[2];
measure q -> c;
"""
QASM3 = """OPENQASM 3.0;
include "stdgates.inc";
const int n = 3;
gate mine(a) p, q { ctrl @ rz(a) p, q; }
qubit[3] q;
bit[3] c;
for int i in [0:2] { h q[i]; }
mine(pi / 4) q[0], q[1];
if (c[0]) { x q[2]; } else { delay[100ns] q[2]; }
c = measure q;
"""
PAULIS = "# a sum\nZZI 0.5\nIXX -1.25e-1\nYIY 2\nIII -3\n"
OPTIONS_TOML = """default_shots = 1000
[twirling]
enable_gates = true
num_randomizations = 16
shots_per_randomization = "auto"
[execution]
rep_delay = 0.0002
[dynamical_decoupling]
enable = true
"""
SPACE = """[genes]
qubits = [2, 3]
embedding = ["angle-x"]
layers = [1, 2]
rotation_1 = ["rx", "ry", "rz"]
rotation_2 = ["rx", "ry", "rz"]
entangler = ["cx", "cz"]
topology = ["linear"]
"""
CALIBRATION_CSV = """Qubit,T1 (us),T2 (us),Readout error,Readout length (ns),√x (sx) error,CZ error,Gate length (ns),Operational
0,100,80,0.01,1200,1e-4,1:0.0013;2:0.0011,1:68;2:84,Yes
1,110,90,0.02,1200,2e-4,0:0.0013,0:68,Yes
2,120,60,0.03,1200,3e-4,0:0.0011,0:84,Yes
"""
ESTIMATE = ("estimate", "{file}", "-b", "fake_manila", "--num-seeds", "1", "-O", "0", "--format", "json", "-q")
OF_GOOD = (
    "estimate",
    "{folder}/good.qpy",
    "-b",
    "fake_manila",
    "--num-seeds",
    "1",
    "-O",
    "0",
    "--format",
    "json",
    "-q",
)


def surfaces(folder: Path) -> Iterator[Surface]:
    """Yield every surface; good files that a command needs beside the mutated one are written to `folder`."""
    qpy = _qpy()
    (folder / "good.qasm").write_text(QASM2, encoding="utf-8")
    (folder / "good.qpy").write_bytes(qpy)
    yield Surface("openqasm 2", "hwcost", {"a.qasm": QASM2.encode()}, mutate_text, ESTIMATE)
    if importlib.util.find_spec("qiskit_qasm3_import"):
        yield Surface("openqasm 3", "hwcost", {"a.qasm": QASM3.encode()}, mutate_text, ESTIMATE)
    yield Surface("qpy", "hwcost", {"a.qpy": qpy}, mutate_bytes, ESTIMATE)
    yield from _calibrations(folder)
    yield from _jobs(folder)
    observable = ("estimate", "{folder}/good.qpy", "-b", "fake_manila", "--num-seeds", "1", "--format", "json", "-q")
    sums = {"h.txt": PAULIS.encode(), "h.json": json.dumps({"ZZI": 0.5, "IXX": -1.0}).encode()}
    yield Surface("observable", "hwcost", sums, _any_text, (*observable, "--observable", "{file}"))
    job = ("estimate-job", "{folder}/good.qpy", "-b", "fake_manila", "--primitive", "sampler", "--transpile", "-q")
    yield Surface(
        "job options", "hwcost", {"o.toml": OPTIONS_TOML.encode()}, mutate_text, (*job, "--options", "{file}")
    )
    yield from _own_measurements()
    yield from _command_options()
    yield from _other_users_and_times()
    if importlib.util.find_spec("torch") and importlib.util.find_spec("deap"):
        yield from _networks(folder)


def _other_users_and_times() -> Iterator[Surface]:
    """Yield readers of files that change meanwhile, or that an ordinary user may not read, or not beside."""
    files = {"a.qasm": QASM2.encode(), "c.csv": CALIBRATION_CSV.encode(), "o.toml": OPTIONS_TOML.encode()}
    imported = ("calibration", "import", "{file}", "-o", "{folder}/out.json")
    job = ("estimate-job", "{folder}/good.qpy", "-b", "fake_manila", "--primitive", "sampler", "--transpile", "-q")
    commands = {
        "a.qasm": (*ESTIMATE[:-3], "-q", "-o", "{folder}/report.json"),
        "c.csv": imported,
        "o.toml": (*job, "--options", "{file}"),
    }
    for name, words in commands.items():
        good = {name: files[name]}
        yield Surface(f"changing {name}", "hwcost", good, None, words, restless=True, every=2)
        yield Surface(f"{name} of an ordinary user", "hwcost", good, None, words, ordinary=True, every=2)


def _qpy() -> bytes:
    from qiskit import QuantumCircuit, qpy

    circuit = QuantumCircuit(3, 3, name="good")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.rzz(0.3, 1, 2)
    circuit.measure(range(3), range(3))
    buffer = io.BytesIO()
    qpy.dump(circuit, buffer)
    return buffer.getvalue()


def _calibrations(folder: Path) -> Iterator[Surface]:
    import qiskit_ibm_runtime.fake_provider as provider

    import hwcost
    from vendor_files import braket, braket_ionq, ionq, ionq_provider, iqm_observations, standardized, standardized_3

    snapshot = folder / "manila.json"
    snapshot.write_text(hwcost.calibration_text(hwcost.load_calibration("fake_manila")), encoding="utf-8")
    device = Path(provider.__file__).parent / "backends" / "manila"
    properties = (device / "props_manila.json").read_bytes()
    show = ("calibration", "show", "{file}", "--format", "json")
    yield Surface("snapshot", "hwcost", {"s.json": snapshot.read_bytes()}, mutate_json, show)
    backend = ("estimate", "{folder}/good.qpy", "-b", "{file}", "--num-seeds", "1", "-O", "0", "--format", "json", "-q")
    yield Surface("snapshot as backend", "hwcost", {"s.json": snapshot.read_bytes()}, mutate_json, backend)
    imported = ("calibration", "import", "{file}", "-o", "{folder}/out.json")
    yield Surface("properties", "hwcost", {"p.json": properties}, mutate_json, imported)
    yield Surface("calibration csv", "hwcost", {"c.csv": CALIBRATION_CSV.encode()}, mutate_csv, imported)
    of_vendors = {
        "Braket, version 1": braket(standardized=standardized()),
        "Braket, version 3": braket_ionq(provider=ionq_provider(), standardized=standardized_3()),
        "IonQ": ionq(),
        "IQM": iqm_observations(),
    }
    for name, document in of_vendors.items():
        yield Surface(name, "hwcost", {"v.json": json.dumps(document).encode()}, mutate_json, imported)
    configuration = (device / "conf_manila.json").read_bytes()
    (folder / "props.json").write_bytes(properties)
    with_configuration = (
        "calibration",
        "import",
        "{folder}/props.json",
        "--config",
        "{file}",
        "-o",
        "{folder}/out.json",
    )
    yield Surface("configuration", "hwcost", {"f.json": configuration}, mutate_json, with_configuration)
    options = (
        ("--duration-1q", "60ns"), ("--duration-2q", "300ns"), ("--readout-duration", "1us"), ("--dt", "0.2ns"),
        ("--rep-delay", "250us"), ("--name", "mine"), ("--date", "2026-01-01"),
    )  # fmt: skip
    yield Surface("options of import", "hwcost", {"c.csv": CALIBRATION_CSV.encode()}, None, imported, options)


def _jobs(folder: Path) -> Iterator[Surface]:
    import hwcost

    rows = [
        {"num_circuits": n, "shots": shots, "rep_delay_s": 250e-6, "total_circuit_duration_s": n * 5e-6,
         "total_instructions": 100 * n, "observed_s": round(1.5 + 0.05 * n + n * shots * 255e-6, 4)}
        for n in range(1, 13) for shots in (1000, 4000)
    ]  # fmt: skip
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    table = buffer.getvalue().encode()
    (folder / "jobs.csv").write_bytes(table)
    profile = hwcost.fit_job_time(rows).to_json().encode()
    score = ("jobs", "score", "{folder}/jobs.csv", "--profile", "{file}", "--format", "json")
    yield Surface("job table", "hwcost", {"t.csv": table}, mutate_csv, ("jobs", "fit", "{file}", "--format", "json"))
    yield Surface("job profile", "hwcost", {"p.json": profile}, mutate_json, score)
    few = b"num_circuits,shots,observed_s,rep_delay_s,total_circuit_duration_s,total_instructions\n"
    few += b"1,1000,3.1,2.5e-4,5e-6,100\n1,4000,4.2,2.5e-4,5e-6,100\n8,1000,5.0,2.5e-4,4e-5,800\n"
    (folder / "few.csv").write_bytes(few)
    calibrate = ("jobs", "calibrate", "--format", "json")
    yield Surface("few jobs", "hwcost", {"t.csv": few}, mutate_csv, (*calibrate, "{file}", "--from", "ibm-heron"))
    yield Surface(
        "profile to shift",
        "hwcost",
        {"p.json": profile},
        mutate_json,
        (*calibrate, "{folder}/few.csv", "--from", "{file}"),
    )
    shift = (
        ("--from", "ibm-heron"),
        ("--name", "mine"),
        ("--device", "x"),
        ("--date", "2026-02"),
        ("-o", "shifted.json"),
    )
    yield Surface("options of calibrate", "hwcost", {}, None, (*calibrate, "{folder}/few.csv"), shift)
    options = (
        ("--min-circuits", "2"),
        ("--seed", "1"),
        ("--device", "x"),
        ("--group-by", "shots"),
        ("--compare", "ibm"),
    )
    yield Surface(
        "options of score", "hwcost", {}, None, ("jobs", "score", "{folder}/jobs.csv", "--profile", "ibm"), options
    )
    from hwcost.core.data_files import calibrations_dir

    machine = min((calibrations_dir() / "devices").glob("*.json"), key=lambda path: path.stat().st_size).read_bytes()
    yield Surface("device profile", "hwcost", {"d.json": machine}, mutate_json, ("device", "show", "{file}"))
    saved = {"job_id": "a", "backend": "ibm_x", "num_circuits": 3, "shots": 1000, "rep_delay_s": 250e-6,
             "metrics": {"usage": {"quantum_seconds": 5}, "timestamps": {"running": "2026-01-01T00:00:00Z"}}}  # fmt: skip
    collect = ("jobs", "collect", "{file}", "--format", "json")
    yield Surface("saved job", "hwcost", {"j.json": json.dumps(saved).encode()}, mutate_json, collect)


def _own_measurements() -> Iterator[Surface]:
    """Yield files of what the user measured: results of circuits, and readout."""
    results = [
        {"circuit": 0, "counts": {"000": 480, "011": 20, "111": 500}, "optimization_level": 0, "job": "a"},
        {"circuit": 0, "z": [0.1, -0.2, 0.3], "shots": 1000},
        {"circuit": 0, "values": {"ZZI": 0.5, "IIZ": -0.1}, "ideal": {"ZZI": 1.0}, "shots": 4000},
    ]
    for name, document in (("results", {"circuits": "good.qpy", "results": results}), ("list of results", results[:1])):
        measured = ("validate", "{folder}/good.qpy") if isinstance(document, list) else ("validate",)
        words = (*measured, "--measured", "{file}", "-b", "fake_manila", "--num-seeds", "1", "-q", "--format", "json")
        yield Surface(f"measured {name}", "hwcost", {"m.json": json.dumps(document).encode()}, mutate_json, words)
    counts = {
        "qubits": [0, 1],
        "counts": {"00": {"00": 980, "01": 20}, "01": {"01": 9}, "10": {"10": 9}, "11": {"11": 9}},
    }
    matrix = {"groups": [{"qubits": [3], "confusion": [[0.98, 0.04], [0.02, 0.96]], "backend": "fake_manila"}]}
    files = {"counts.json": json.dumps(counts).encode(), "matrix.json": json.dumps(matrix).encode()}
    yield Surface("measured readout", "hwcost", files, mutate_json, (*OF_GOOD, "--readout-from", "{file}"))
    defaults = {"hwcost.toml": b'[estimate]\nshots = 1000\nnum-seeds = 1\nrep-delay = "250us"\ninflation = "mean"\n'}
    yield Surface("file of defaults", "hwcost", defaults, mutate_text, ("--config", "{file}", *OF_GOOD))


def _command_options() -> Iterator[Surface]:
    circuit = ("{folder}/good.qasm", "-b", "fake_manila")
    shots = (("--shots", "100"), ("--precision", "0.1"), ("--seed", "1"), ("--rep-delay", "250us"), ("--budget", "10min"),
             ("--inflation", "mean"), ("--task", "sampling"), ("--observable", "ZZI"), ("--max-age", "9999d"))  # fmt: skip
    estimate = ("estimate", *circuit, "--num-seeds", "1", "-q", "--format", "json")
    yield Surface(
        "options of estimate", "hwcost", {}, None, estimate, (*shots, ("--job-profile", "ibm"), ("--index", "0"))
    )
    compare = ("compare", *circuit, "--num-seeds", "1", "-q", "--no-cache", "--workers", "1")
    yield Surface("options of compare", "hwcost", {}, None, compare, (*shots[:4], ("--sort-by", "num_2q")))
    if importlib.util.find_spec("qiskit_aer"):
        validate = ("validate", "{folder}/good.qpy", "-b", "fake_manila", "--draws", "3", "-q")
        yield Surface(
            "options of validate", "hwcost", {}, None, validate, (*shots[:4], ("--attenuation", "mean-field"))
        )
    model = ("estimate-model", *circuit, "--num-seeds", "1", "-q", "--format", "json")
    model += ("--scope", "training", "--samples", "10", "--epochs", "2")
    work = (
        ("--batch-size", "2"), ("--scope", "training"), ("--samples", "10"), ("--epochs", "2"), ("--price-per-second", "1"),
        ("--circuits-per-job", "5"), ("--max-qubits", "2"), ("--mitigation", "zne:1:3"), ("--classical-flops", "1e6"),
        ("--budget", "1h"),
    )  # fmt: skip
    yield Surface("options of estimate-model", "hwcost", {}, None, model, work)
    job = ("estimate-job", "{folder}/good.qpy", "-b", "fake_manila", "--primitive", "sampler", "--transpile", "-q")
    asked = (
        ("--shots", "100"),
        ("--budget", "1min"),
        ("--processing", "server"),
        ("--count", "formula"),
        ("--seed", "1"),
    )
    yield Surface("options of estimate-job", "hwcost", {}, None, job, asked)


def _any_text(data: bytes, chance: random.Random) -> bytes:
    return mutate_json(data, chance) if data[:1] in b"[{" else mutate_text(data, chance)


def _networks(folder: Path) -> Iterator[Surface]:
    yield Surface("space", "nas", {"s.toml": SPACE.encode()}, mutate_text, ("space", "{file}", "--random", "1"))
    values = np.random.default_rng(0).normal(size=(20, 4))
    labels = np.arange(20) % 2
    lines = "\n".join(",".join([*map(str, row), f"c{label}"]) for row, label in zip(values, labels, strict=True))
    archive, plain = io.BytesIO(), io.BytesIO()
    np.savez(archive, x=values, y=labels)
    np.save(plain, values[:1])
    (folder / "good.toml").write_text(SPACE, encoding="utf-8")
    genome = "qubits=2,embedding=angle-x,layers=1,rotation_1=rx,rotation_2=rx,entangler=cx,topology=linear"
    train = (
        "train",
        "--genome",
        genome,
        "--space",
        "{folder}/good.toml",
        "--epochs",
        "1",
        "-o",
        "{folder}/net.pt",
        "--dataset",
    )
    yield Surface("csv data", "nas", {"d.csv": f"a,b,c,d,y\n{lines}\n".encode()}, mutate_csv, (*train, "{file}:y"))
    yield Surface("npz data", "nas", {"d.npz": archive.getvalue()}, mutate_zip, (*train, "{file}"))
    from nas.datasets.binary import idx_bytes

    idx = {}
    for part in ("train", "t10k"):
        idx[f"idx/{part}-images-idx3-ubyte"] = idx_bytes(np.arange(320, dtype=np.uint8).reshape(20, 4, 4))
        idx[f"idx/{part}-labels-idx1-ubyte"] = idx_bytes(np.arange(20, dtype=np.uint8) % 2)
    for name in sorted(idx)[-2:]:
        words = (*train, "{folder}/idx")
        yield Surface(name.replace("/", " "), "nas", {name: idx[name]}, mutate_bytes, words, beside=tuple(idx.items()))
    model = folder / "model.py"
    model.write_text("import torch\nnet = torch.nn.Linear(4, 2)\n", encoding="utf-8")
    yield from _runs(folder)
    sample = ("estimate-model", "{folder}/model.py:net", "-q", "--format", "json", "--sample", "{file}")
    yield Surface("npy sample", "hwcost", {"x.npy": plain.getvalue()}, mutate_npy, sample)


def _runs(folder: Path) -> Iterator[Surface]:
    search = ["search", "--space", str(folder / "good.toml"), "--dataset", "iris", "--population", "4", "--epochs", "1"]
    search += ["--objectives", "quantum_flops,validation_error", "--generations", "1", "-q", "-o", str(folder / "made")]
    made = run(entry("nas"), search, folder)  # in a child, whose helpers are not inherited by those that are judged
    if made.code != 0:
        raise RuntimeError(f"the search that makes a good run failed: {made.message}")
    files = {path.name: path.read_bytes() for path in (folder / "made").iterdir() if path.name != "lock"}
    beside = tuple((f"run/{name}", data) for name, data in files.items())
    for command in (("front", "{folder}/run", "--format", "json"), ("resume", "{folder}/run", "-q")):
        settings, store = "run/run.json", "run/evaluations.sqlite3"
        yield Surface(
            f"settings of a run, {command[0]}",
            "nas",
            {settings: files["run.json"]},
            mutate_json,
            command,
            beside=beside,
        )
        yield Surface(
            f"store of a run, {command[0]}",
            "nas",
            {store: files["evaluations.sqlite3"]},
            mutate_bytes,
            command,
            beside=beside,
            every=25 if command[0] == "resume" else 1,
        )
    yield from _commands_of_runs()


def _commands_of_runs() -> Iterator[Surface]:
    """Yield the commands that take a finished run, `made`; an option without a name is what stands in the run's place."""
    costing = (
        ("--backend", "fake_manila"), ("--shots", "100"), ("--optimization-level", "0"),
        ("--qpu-power-w", "1"), ("--device-power-w", "1"), ("--device", "v100-sxm2"), ("--job-profile", "ibm"),
        ("--scope", "epoch"), ("--gradient", "spsa"), ("--objectives", "unified_time_s,validation_error"),
    )  # fmt: skip
    run_of = "{folder}/made"
    # Not the number of seeds: a thousand compilations of each member take minutes, as asked.
    # Its own objectives depend on no backend, so that every recost would be refused before other options count.
    recost = ("recost", "-q", "--format", "json", "--backend", "fake_manila", "--num-seeds", "1")
    recost += ("--objectives", "unified_time_s,validation_error")
    yield Surface("options of recost", "nas", {}, None, (*recost, run_of), costing)
    yield Surface("name of a run, front", "nas", {}, None, ("front", "--format", "json"), (("", run_of),))
    yield Surface("name of a run, recost", "nas", {}, None, recost, (("", run_of),))
    yield Surface(
        "options of report", "nas", {}, None, ("report", run_of), (("-o", "page"), ("--format", "text")), every=4
    )
    member = (("--rank", "1"), ("-o", "member"), ("--backend", "fake_manila"))
    export = ("export", run_of, "-o", "member", "--rank", "1")
    other = (("--optuna", "sqlite:///study.db"), ("--study", "mine"), ("--tensorboard", "events"))
    yield Surface("exports for other tools", "nas", {}, None, ("export", run_of, "--optuna", "sqlite:///a.db"), other)
    limits = (
        ("--max", "parameters=100"),
        ("--min", "esp=0.5"),
        ("--max", "unified_time_s=1min"),
        ("--max", "qubits=2"),
    )
    limited = ("--dataset", "iris", "--objectives", "quantum_flops,validation_error", "--epochs", "1", "-q")
    sizes = (("--population", "4"), ("--generations", "1"), ("--seed", "1"), ("--learning-rate", "0.1"))
    small = ("--population", "4", "--generations", "1", "--no-pilot", "-o", "{folder}/new")
    search = ("search", "--space", "{folder}/good.toml", *limited, *small)
    yield Surface("options of search", "nas", {}, None, search, (*limits, *sizes), every=10)
    settings = 'space = "good.toml"\ndataset = "iris"\nepochs = 1\npopulation = 4\ngenerations = 1\npilot = false\n'
    settings += 'objectives = ["quantum_flops", "validation_error"]\n[max]\nqubits = 3\n'
    configured = ("search", "{file}", "-q", "-o", "{folder}/new")
    yield Surface("settings of a search", "nas", {"n.toml": settings.encode()}, mutate_text, configured, every=10)
    pilot = ("pilot", "--space", "{folder}/good.toml", "--no-grid", *limited, "--networks", "2", "-o", "{folder}/new")
    yield Surface("options of pilot", "nas", {}, None, pilot, (*limits, ("--networks", "2")), every=10)
    yield Surface("options of export", "nas", {}, None, export, member, every=4)
    yield from _commands_that_train_again(run_of)


def _commands_that_train_again(run_of: str) -> Iterator[Surface]:
    """Yield the commands that train members of a finished run once more; numbers of seeds take as long as asked."""
    retrain = ("retrain", run_of, "--seeds", "2", "--epochs", "2", "-q", "--format", "json")
    kept = (("--member", "1"), ("--patience", "1"), ("--time-limit-s", "2"), ("--epochs", "1"))
    yield Surface("options of retrain", "nas", {}, None, retrain, kept, every=10)
    if importlib.util.find_spec("qiskit_aer") is None:
        return
    evaluate = ("evaluate", run_of, "--member", "1", "--noise", "fake_manila", "--num-seeds", "1", "--max-samples", "3")
    evaluate += ("--without-pennylane", "-q", "--format", "json")
    run_on = (
        ("--shots", "64"), ("--member", "1"), ("--noise", "fake_manila"), ("--part", "test"), ("--max-samples", "2"),
        ("--seed", "1"), ("--optimization-level", "1"), ("--backend", "fake_manila"), ("--max-qpu-time", "1min"),
    )  # fmt: skip
    yield Surface("options of evaluate", "nas", {}, None, evaluate, run_on, every=10)


def entry(program: str) -> Main:
    """Return the entry point of a command line."""
    if program == "nas":
        from nas.cli import main as nas_main

        return nas_main
    from hwcost.cli import main

    return main


HEAVY = (
    "qiskit.qasm2",
    "qiskit.qasm3",
    "qiskit.qpy",
    "qiskit.transpiler",
    "scipy.stats",
    "torch",
    "sklearn.datasets",
    "optuna",
)


def warmed(made: Sequence[Surface], folder: Path) -> list[tuple[str, list[str], Verdict]]:
    """Import what the commands import, once, before children are forked.

    A child runs each surface's good files and tells which modules it had loaded in the end.

    Returns:
        (surface, command, verdict) of each good file.
    """
    for name in HEAVY:  # so that no child imports them, each for itself
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    verdicts = []
    entries = {surface.program: entry(surface.program) for surface in made}
    for surface in made:
        for words in surface.good(folder):
            names, verdict = loaded(entries[surface.program], words, folder)
            verdicts.append((surface.name, words, verdict))
            for name in names:
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    gc.collect()
    gc.freeze()  # the collector of a child does not touch, and so copy, what is inherited
    return verdicts
