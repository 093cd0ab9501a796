"""Checkpoints: what is saved comes back, and no file of a stranger does more than be refused."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from hwcost import OptionError  # noqa: E402
from nas.architectures.json import architecture_from_dict, architecture_to_dict  # noqa: E402
from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.core.errors import SettingError, SpaceError  # noqa: E402
from nas.datasets.dataset import load_dataset  # noqa: E402
from nas.training.checkpoint import CheckpointError, load_checkpoint, save_checkpoint  # noqa: E402
from nas.training.record import TrainSettings  # noqa: E402
from nas.training.train import train_network  # noqa: E402

LAYER = Layer(columns=(("y",) * 3,), gate="cx", pairs=((0, 1), (1, 2)))
SMALL = Architecture(num_qubits=3, embedding="angle-y", num_encoded=3, layers=(LAYER, LAYER))
GENOME = {"qubits": 3, "rotations": ["y", "y"]}


@pytest.fixture(scope="module")
def trained():
    data = load_dataset("wine")
    return data, train_network(SMALL, data, TrainSettings(epochs=2, dtype="float64"), seed=4)


@pytest.fixture
def saved(tmp_path, trained):
    data, network = trained
    path = tmp_path / "model.pt"
    save_checkpoint(path, network, data, space="faqnas", genome=GENOME)
    return path


def payload_of(path):
    return torch.load(path, weights_only=True)


def refusal(path, **options):
    with pytest.raises(CheckpointError) as error:
        load_checkpoint(path, **options)
    text = str(error.value)
    assert text.startswith(str(path))
    assert text.isprintable()
    return text


# What comes back


def test_what_is_saved_comes_back(saved, trained):
    data, network = trained
    checkpoint = load_checkpoint(saved)
    assert checkpoint.architecture == SMALL
    assert checkpoint.record == network.record
    assert (checkpoint.space, checkpoint.genome) == ("faqnas", GENOME)
    assert (checkpoint.class_names, checkpoint.feature_names) == (data.class_names, data.feature_names)
    x, _ = data.validation_part()
    with torch.no_grad():
        assert torch.equal(checkpoint.model(torch.tensor(x)), network.model(torch.tensor(x)))


def test_predictions_take_features_as_the_data_set_has_them(saved, trained):
    data, network = trained
    rows = data.split.validation
    right = (
        np.array(load_checkpoint(saved).predict(data.features[rows])) == np.array(data.class_names)[data.labels[rows]]
    )
    assert right.mean() == network.record.best_validation_accuracy
    with pytest.raises(SettingError, match=r"features of shape \(2, 3\); the network takes \(samples, 13\)"):
        load_checkpoint(saved).predict(np.zeros((2, 3)))


def test_the_other_engine_loads_it(saved, trained):
    pytest.importorskip("pennylane")
    data, network = trained
    x = torch.tensor(data.validation_part()[0][:5])
    with torch.no_grad():
        expected = network.model(x)
        found = load_checkpoint(saved, engine="pennylane").model(x)
    assert found.numpy() == pytest.approx(expected.numpy(), abs=1e-9)
    with pytest.raises(SettingError, match="engine is 'slow'"):
        load_checkpoint(saved, engine="slow")


def test_a_second_saving_writes_the_same_bytes(saved, trained, tmp_path):
    data, network = trained
    again = tmp_path / "again.pt"
    save_checkpoint(again, network, data, space="faqnas", genome=GENOME)
    assert again.read_bytes() == saved.read_bytes()
    assert saved.stat().st_size < 20_000


def test_a_failed_training_has_nothing_to_save(tmp_path, trained):
    data, _ = trained
    failed = train_network(SMALL, data, TrainSettings(learning_rate=1e38))
    with pytest.raises(SettingError, match="there is no network to save: .* no longer finite"):
        save_checkpoint(tmp_path / "no.pt", failed, data)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path, trained):
    data, network = trained
    with pytest.raises(OptionError, match="there is no folder"):
        save_checkpoint(tmp_path / "no" / "model.pt", network, data)


# Files of other kinds, damaged files, hostile files


def test_files_that_are_none(tmp_path):
    path = tmp_path / "file.pt"
    assert "no such file" in refusal(path)
    assert "is a directory" in refusal(tmp_path)
    for content in (b"", b"text", b"\x80\x05K\x01.", b"PK\x03\x04" + b"\0" * 50):
        path.write_bytes(content)
        assert "not a checkpoint of nas" in refusal(path)
    torch.save({"weight": torch.zeros(2)}, path)
    assert "a file of torch, but not a checkpoint of nas" in refusal(path)
    torch.save([1, 2], path)
    assert "a file of torch, but not a checkpoint of nas" in refusal(path)
    torch.save({"schema": "nas.checkpoint/2"}, path)
    assert "this version of nas reads nas.checkpoint/1" in refusal(path)
    torch.save({"schema": "nas.checkpoint/1"}, path)
    assert "no architecture, class_names" in refusal(path)
    torch.save({"schema": "x"}, path, _use_new_zipfile_serialization=False)
    assert "not a checkpoint of nas" in refusal(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.floats(0.0, 1.0, exclude_max=True), st.binary(max_size=4))
def test_a_file_that_is_cut_or_changed_loads_or_is_refused(saved, share, change):
    data = saved.read_bytes()
    damaged = saved.with_name("damaged.pt")
    at = int(share * len(data))
    for content in (data[:at], data[:at] + change + data[at + len(change) :]):
        damaged.write_bytes(content)
        try:
            load_checkpoint(damaged)
        except CheckpointError as error:
            assert str(error).isprintable()


class Evil:
    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (os.mkdir, (self.path,))


def test_code_in_a_file_is_not_run(tmp_path, saved):
    made = tmp_path / "made"
    payload = payload_of(saved)
    payload["genome"] = {"qubits": Evil(made)}
    torch.save(payload, saved)
    assert "not a checkpoint of nas, or a damaged one (UnpicklingError" in refusal(saved)
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Evil(made)))
    refusal(tmp_path / "plain.pt")
    assert not made.exists()


def test_a_file_that_unpacks_to_more_than_it_has(tmp_path, saved):
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(saved) as archive, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
        packed.writestr("archive/data/99", b"\0" * 10**7)
    assert "more than it has" in refusal(bomb)


def change(name, value):
    def apply(payload):
        payload[name] = value

    return apply


def change_in(section, name, value):
    def apply(payload):
        payload[section][name] = value

    return apply


def huge_tensor():
    return torch.zeros(1, dtype=torch.float64).expand(2**50)


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (change("architecture", None), "architecture has None"),
        (change_in("architecture", "num_qubits", 60), "num_encoded is 3; it must be 60"),
        (change_in("architecture", "num_qubits", 10**9), "num_qubits is 1000000000"),
        (change_in("architecture", "layers", []), "layers is empty"),
        (
            change_in("architecture", "hidden_before", [{"width": 2**20, "activation": "relu"}]),
            "architecture has 17825813 parameters",
        ),
        (change("record", None), "no record of a training"),
        (change_in("record", "seed", "x"), "seed is 'x'"),
        (change_in("record", "settings", {"engine": "x"}), "engine is 'x'"),
        (change("scaling", None), "scaling has no kind"),
        (change_in("scaling", "kind", ["standard"]), "scaling has no kind"),
        (change_in("scaling", "offset", torch.zeros(2)), "scaling.offset is not a number for each of the 13 features"),
        (change_in("scaling", "offset", huge_tensor()), "scaling.offset is not a number"),
        (change_in("scaling", "scale", torch.zeros(13, dtype=torch.float64)), "scaling.scale has a 0"),
        (change("feature_names", []), "feature_names is not a list of names"),
        (change("class_names", ["a", 2, "c"]), "class_names is not a list of names"),
        (change("class_names", ["a", "b"]), "60 weights, but the architecture has 56 parameters"),
        (change("genome", 5), "space and genome"),
        (change("state_dict", None), "state_dict is none"),
        (change("state_dict", OrderedDict()), "0 weights, but the architecture has 60 parameters"),
        (change_in("state_dict", "x", huge_tensor()), "weights, but the architecture has 60"),
        (change_in("state_dict", "x", "y"), "which is not a tensor of numbers"),
        (change_in("state_dict", 5, torch.zeros(0)), "which is not a tensor of numbers"),
        (change_in("state_dict", "x", torch.zeros(2, 2).to_sparse()), "which is not a tensor of numbers"),
        (change("state_dict", {"x": torch.zeros(60)}), "its weights do not fit its architecture"),
        (change("state_dict", {"x": torch.full((60,), float("nan"))}), "a weight is not finite"),
    ],
)
def test_values_that_make_no_sense(saved, apply, message):
    payload = payload_of(saved)
    apply(payload)
    torch.save(payload, saved)
    assert message in refusal(saved)


# Architectures as plain data

AXES = st.sampled_from(["x", "y", "z"])
HIDDEN = st.builds(Hidden, width=st.integers(1, 99), activation=st.sampled_from(["none", "relu", "tanh"]))


@st.composite
def architectures(draw):
    num_qubits = draw(st.integers(2, 6))
    column = st.tuples(*[AXES] * num_qubits)
    pair = st.permutations(range(num_qubits)).map(lambda order: tuple(order[:2]))
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        pairs = tuple(draw(st.lists(pair, max_size=4)))
        gate = draw(st.sampled_from(["cx", "cz"])) if pairs else None
        layers.append(Layer(columns=tuple(draw(st.lists(column, max_size=2))), gate=gate, pairs=pairs))
    embedding = draw(st.sampled_from(["angle-x", "angle-z", "amplitude"]))
    return Architecture(
        num_qubits=num_qubits,
        embedding=embedding,
        num_encoded=draw(st.sampled_from([num_qubits, 2**num_qubits])) if embedding == "amplitude" else num_qubits,
        layers=tuple(layers),
        reupload=embedding != "amplitude" and draw(st.booleans()),
        measurement=draw(st.sampled_from(["z-each", "z-first", "zz-neighbours"])),
        hidden_before=tuple(draw(st.lists(HIDDEN, max_size=2))),
        hidden_after=tuple(draw(st.lists(HIDDEN, max_size=2))),
        learning_rate=draw(st.none() | st.floats(1e-6, 1.0)),
    )


@given(architectures())
def test_architectures_come_back_from_plain_data(architecture):
    buffer = io.BytesIO()
    torch.save(architecture_to_dict(architecture), buffer)
    buffer.seek(0)
    assert architecture_from_dict(torch.load(buffer, weights_only=True)) == architecture


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra": 1}, "it must have num_qubits, embedding"),
        ({"num_qubits": True}, "num_qubits is True"),
        ({"num_encoded": [3]}, "num_encoded is [3]"),
        ({"embedding": "angle-w"}, "embedding is 'angle-w'"),
        ({"embedding": ["angle-x"]}, "embedding is ['angle-x']"),
        ({"reupload": 1}, "reupload is 1"),
        ({"embedding": "amplitude", "reupload": True}, "reupload is True"),
        ({"learning_rate": -0.1}, "learning_rate is -0.1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"hidden_after": [{"width": 0, "activation": "relu"}]}, "hidden_after[0].width is 0"),
        ({"layers": "x"}, "layers is 'x'"),
        ({"layers": [{"columns": [["y"] * 2], "gate": None, "pairs": []}]}, "layers[0].columns[0] has 2 rotations"),
        ({"layers": [{"columns": [], "gate": None, "pairs": [[0, 1]]}]}, "layers[0] has 1 pairs and no gate"),
        ({"layers": [{"columns": [], "gate": "cx", "pairs": [[0, 3]]}]}, "layers[0].pairs[0][1] is 3"),
        ({"layers": [{"columns": [], "gate": "cx", "pairs": [[1, 1]]}]}, "two different qubits"),
        ({"layers": [{"columns": [], "gate": "cy", "pairs": [[0, 1]]}]}, "layers[0].gate is 'cy'"),
    ],
)
def test_plain_data_that_are_no_architecture(change, message):
    with pytest.raises(SpaceError) as error:
        architecture_from_dict(architecture_to_dict(SMALL) | change)
    assert message in str(error.value)
