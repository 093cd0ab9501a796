"""Training: against a plain loop, against PennyLane, the same whatever runs beside it, and how it fails."""

from __future__ import annotations

import json
import math
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.core.errors import MemoryLimitError, SettingError  # noqa: E402
from nas.datasets.dataset import Dataset, dataset_from_arrays, load_dataset  # noqa: E402
from nas.engine.network import build_model  # noqa: E402
from nas.training.limits import Clock  # noqa: E402
from nas.training.loop import OneModule  # noqa: E402
from nas.training.order import training_seeds  # noqa: E402
from nas.training.parts import load_parts  # noqa: E402
from nas.training.record import TrainRecord, TrainSettings  # noqa: E402
from nas.training.train import score_on_test_part, train, train_network  # noqa: E402


def angle_network(num_qubits=3, num_layers=1, **options):
    pairs = tuple((q, q + 1) for q in range(num_qubits - 1))
    layers = tuple(
        Layer(columns=((axis,) * num_qubits,), gate="cx", pairs=pairs) for axis in ("y", "x", "y", "x")[:num_layers]
    )
    return Architecture(num_qubits=num_qubits, embedding="angle-y", num_encoded=num_qubits, layers=layers, **options)


SMALL = angle_network()
EXACT = TrainSettings(dtype="float64", epochs=3)


def plain_training(architecture, data, settings, seed):
    """The same training as an introduction to torch would write it: losses and accuracies by epoch, and the model."""
    seeds = training_seeds(seed)
    dtype = getattr(torch, settings.dtype)
    model = build_model(architecture, data.num_features, data.num_classes, seed=seeds.weights, dtype=dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, foreach=False)
    loss_function = torch.nn.NLLLoss()
    x, y = (torch.tensor(part) for part in data.training_part())
    xv, yv = (torch.tensor(part) for part in data.validation_part())
    bits = np.random.PCG64(np.random.SeedSequence(seeds.order))
    curves = ([], [], [])
    for _ in range(settings.epochs):
        order = np.argsort(bits.random_raw(len(y)), kind="stable")
        total = 0.0
        for start in range(0, len(y), settings.batch_size):
            rows = order[start : start + settings.batch_size]
            optimizer.zero_grad()
            loss = loss_function(model(x[rows].to(dtype)), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            outputs = model(xv.to(dtype))
        for curve, value in zip(
            curves,
            (total / len(y), loss_function(outputs, yv).item(), (outputs.argmax(1) == yv).double().mean().item()),
            strict=True,
        ):
            curve.append(value)
    return curves, model


# What is computed


@pytest.mark.parametrize("batch_size", [7, 64, 1000])
def test_a_plain_loop_gives_the_same_curves_and_weights(batch_size):
    data = load_dataset("wine")
    settings = replace(EXACT, batch_size=batch_size, learning_rate=0.01)
    (train_loss, validation_loss, accuracy), model = plain_training(SMALL, data, settings, seed=5)
    network = train_network(SMALL, data, settings, seed=5)
    record = network.record
    assert record.train_loss == pytest.approx(train_loss, rel=1e-10)
    assert record.validation_loss == pytest.approx(validation_loss, rel=1e-10)
    assert record.validation_accuracy == pytest.approx(accuracy, abs=1e-15)
    if record.best_epoch == settings.epochs:
        for name, value in network.model.state_dict().items():
            assert value.numpy() == pytest.approx(model.state_dict()[name].numpy(), abs=1e-9)


def test_the_first_step_of_adam_worked_by_hand():
    # m = 0.1 g, v = 0.001 g²; corrected g and g²; the step is lr·g/(|g| + 1e-8): ±lr for each weight with a gradient.
    data = load_dataset("iris")
    settings = TrainSettings(dtype="float64", epochs=1, batch_size=1000, learning_rate=0.25)
    before = build_model(SMALL, 4, 3, seed=training_seeds(2).weights, dtype=torch.float64).state_dict()
    after = train_network(SMALL, data, settings, seed=2).model.state_dict()
    steps = torch.cat([(after[name] - before[name]).abs().reshape(-1) for name in before])
    assert steps.numpy() == pytest.approx(0.25, rel=1e-4)


def test_the_first_loss_of_many_classes_is_near_the_logarithm_of_their_number():
    # Outputs of an untrained network say little: −ln(1/10) = 2.303, give or take the weights of the last layer.
    record = train(SMALL, load_dataset("digits"), TrainSettings(epochs=1, learning_rate=1e-9, dtype="float64"))
    assert record.train_loss[0] == pytest.approx(math.log(10), abs=0.5)
    assert record.validation_loss[0] == pytest.approx(math.log(10), abs=0.5)


def test_two_clouds_are_learnt():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 2
    data = dataset_from_arrays(rng.normal(size=(200, 2)) + 4.0 * labels[:, None], labels)
    network = train_network(SMALL, data, TrainSettings(epochs=30, learning_rate=0.03))
    assert network.record.best_validation_accuracy > 0.95
    assert score_on_test_part(network.model, SMALL, data).accuracy > 0.9


def test_the_engine_of_pennylane_gives_the_same_curve():
    pytest.importorskip("pennylane")
    data = load_dataset("iris")
    architecture = angle_network(num_layers=2, hidden_after=(Hidden(width=4, activation="tanh"),))
    settings = replace(EXACT, epochs=2)
    fast = train(architecture, data, settings, seed=11)
    reference = train(architecture, data, replace(settings, engine="pennylane"), seed=11)
    assert fast.train_loss == pytest.approx(reference.train_loss, abs=1e-9)
    assert fast.validation_loss == pytest.approx(reference.validation_loss, abs=1e-9)
    assert fast.validation_accuracy == reference.validation_accuracy
    assert reference.versions["pennylane"]


def test_digits_with_eight_qubits_as_on_pennylane():
    pytest.importorskip("pennylane")
    data = load_dataset("digits", max_samples=120)
    architecture = angle_network(num_qubits=8, num_layers=2)
    settings = replace(EXACT, epochs=1, batch_size=32)
    fast = train(architecture, data, settings, seed=1)
    reference = train(architecture, data, replace(settings, engine="pennylane"), seed=1)
    assert fast.train_loss == pytest.approx(reference.train_loss, abs=1e-9)
    assert fast.validation_accuracy == reference.validation_accuracy


def test_the_best_epoch_is_the_first_of_the_best_and_its_weights_are_returned():
    data = load_dataset("wine")
    settings = TrainSettings(dtype="float64", epochs=12, learning_rate=0.05)
    network = train_network(SMALL, data, settings, seed=3)
    record = network.record
    accuracies = record.validation_accuracy
    assert record.best_validation_accuracy == max(accuracies)
    assert record.best_epoch == accuracies.index(max(accuracies)) + 1
    assert record.final_validation_accuracy == accuracies[-1]
    features, labels = data.validation_part()
    with torch.no_grad():
        outputs = network.model(torch.tensor(features))
    assert (outputs.argmax(1).numpy() == labels).mean() == record.best_validation_accuracy
    loss = torch.nn.functional.nll_loss(outputs, torch.tensor(labels)).item()
    assert loss == pytest.approx(record.validation_loss[record.best_epoch - 1], rel=1e-12)


def test_validation_in_pieces_is_validation_at_once(monkeypatch):
    data = load_dataset("digits", max_samples=300)
    settings = replace(EXACT, epochs=1, batch_size=16)
    at_once = train(SMALL, data, settings)
    monkeypatch.setattr("nas.training.parts.VALIDATION_AMPLITUDES", 1)
    in_pieces = train(SMALL, data, settings)
    assert in_pieces.validation_loss == pytest.approx(at_once.validation_loss, rel=1e-12)
    assert in_pieces.validation_accuracy == at_once.validation_accuracy


def test_a_module_is_trained_in_one_tensor_and_let_go():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 2), torch.nn.LogSoftmax(dim=1))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    flat = OneModule(SMALL, model)
    assert flat.parameters.shape == (1, 2 * 3 + 3 + 3 * 2 + 2)
    flat.losses_and_gradients(torch.ones(1, 4, 2), torch.zeros(1, 4, dtype=torch.int64))
    # Of the mean of −log softmax by the last biases: probability less one for the right class, else probability.
    right, wrong = flat.log_probabilities(torch.ones(1, 2))[0, 0].exp().tolist()
    assert flat.gradients[0, -2:].tolist() == pytest.approx([right - 1.0, wrong], rel=1e-5)
    flat.parameters += 1.0
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name] + 1.0)
    released = flat.network(0)
    flat.parameters.zero_()
    for name, value in released.state_dict().items():
        assert torch.equal(value, before[name] + 1.0)
        assert value.untyped_storage().nbytes() == value.numel() * value.element_size()


# The same, whatever runs beside it


def test_neither_threads_nor_processes_nor_the_global_generators_change_a_bit():
    # With 784 features two threads would round the first layer otherwise than one; with 64 they would not.
    labels = np.arange(300) % 3
    data = dataset_from_arrays(np.random.default_rng(0).normal(size=(300, 784)) + labels[:, None], labels)
    architecture, settings = angle_network(4, 2), TrainSettings(epochs=2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        expected = [train(architecture, data, settings, seed) for seed in range(4)]
        assert len({record.train_loss for record in expected}) == 4
        torch.manual_seed(99)
        np.random.seed(99)
        torch.set_num_threads(2)
        with ThreadPoolExecutor(3) as pool:
            beside = list(pool.map(lambda seed: train(architecture, data, settings, seed), range(4)))
        assert [train(architecture, data, settings, seed) for seed in range(4)] == expected
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert beside == expected
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(train, architecture, data, settings, 2).result() == expected[2]


def test_the_global_generators_are_left_alone():
    torch.manual_seed(1)
    np.random.seed(1)
    random.seed(1)
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    train(SMALL, load_dataset("iris"), seed=4)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])
    assert random.getstate() == states[2]


def test_the_seed_of_the_weights_is_not_that_of_the_order():
    seeds = [training_seeds(seed) for seed in range(50)]
    assert len({number for pair in seeds for number in (pair.weights, pair.order)}) == 100


def test_the_test_part_is_not_looked_at():
    data = load_dataset("iris")
    features = data.features.copy()
    features[data.split.test] = np.nan
    spoilt = replace(data, features=features)
    assert np.isnan(spoilt.test_part()[0]).all()
    assert train(SMALL, spoilt, seed=1) == train(SMALL, data, seed=1)


# How it ends


def test_an_own_learning_rate_comes_first():
    data = load_dataset("iris")
    own = train(replace(SMALL, learning_rate=0.1), data, TrainSettings(epochs=1), seed=1)
    assert own.learning_rate == 0.1
    assert own.train_loss == train(SMALL, data, TrainSettings(epochs=1, learning_rate=0.1), seed=1).train_loss
    assert train(SMALL, data, TrainSettings(epochs=1), seed=1).learning_rate == 3e-3


def test_patience_ends_a_training_that_no_longer_improves():
    data = load_dataset("iris")
    settings = TrainSettings(epochs=200, patience=4, learning_rate=0.1)
    record = train(SMALL, data, settings, seed=2)
    assert record.state == "COMPLETE"
    assert record.num_epochs == record.best_epoch + 4 < 200
    longer = train(SMALL, data, replace(settings, patience=None, epochs=record.num_epochs), seed=2)
    assert longer.validation_accuracy == record.validation_accuracy


def assert_failed(record, reason):
    assert record.state == "FAILED"
    assert reason in record.reason
    assert record.best_validation_accuracy is record.final_validation_accuracy is record.best_epoch is None
    assert record.num_epochs == len(record.train_loss) == len(record.validation_accuracy)
    assert TrainRecord.from_dict(json.loads(record.to_json())) == record


def test_divergence_is_a_failure_with_a_reason():
    data = load_dataset("iris")
    record = train(SMALL, data, TrainSettings(learning_rate=1e38))
    assert_failed(record, "no longer finite in epoch 1")
    network = train_network(SMALL, data, TrainSettings(learning_rate=1e38))
    assert network.model is None


def test_features_that_do_not_fit_the_precision_fail():
    data = dataset_from_arrays([[1e200], [-1e200]] * 10, [0, 1] * 10, scaling="none")
    assert_failed(train(SMALL, data, TrainSettings()), "no longer finite in epoch 1")


def test_the_time_limit_is_a_failure_that_keeps_what_was_done(monkeypatch):
    # Of a clock of our own: a second a step, two steps an epoch. The second step of the second epoch comes too late.
    steps = []
    monkeypatch.setattr(Clock, "elapsed_s", lambda clock: float(len(steps)))
    settings = TrainSettings(time_limit_s=2.5)
    record = train(SMALL, load_dataset("iris"), settings, progress=lambda *step: steps.append(step))
    assert_failed(record, "the time limit of 2.5 s passed in epoch 2")
    assert (record.num_epochs, record.duration_s) == (1, 3.0)


def test_the_time_limit_is_one_of_real_time():
    record = train(SMALL, load_dataset("iris"), TrainSettings(time_limit_s=1e-9))
    assert_failed(record, "the time limit of 1e-09 s passed in epoch 1")
    assert 0.0 < record.duration_s < 60.0


def raises(error):
    def fail(*args, **options):
        raise error

    return fail


def asks_for_a_petabyte(*args, **options):
    torch.empty(2**50)


@pytest.mark.parametrize(
    ("fail", "reason"),
    [
        (raises(MemoryError()), "out of memory"),
        (raises(MemoryLimitError("40 qubits need 16 TiB")), "40 qubits need 16 TiB"),
        (raises(torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")), "CUDA out of memory"),
        (asks_for_a_petabyte, "out of memory: "),
    ],
)
@pytest.mark.parametrize(
    "where", ["nas.engine.network.drawn_weights", "nas.training.stack.StackedNetworks.losses_and_gradients"]
)
def test_a_lack_of_memory_is_a_failure(monkeypatch, where, fail, reason):
    monkeypatch.setattr(where, fail)
    assert_failed(train(SMALL, load_dataset("iris")), reason)


def test_a_circuit_that_cannot_fit_is_a_failure():
    record = train(angle_network(num_qubits=45), load_dataset("iris"), TrainSettings(epochs=1))
    assert_failed(record, "45 qubits")


@pytest.mark.parametrize("error", [RuntimeError("mat1 and mat2 shapes cannot be multiplied"), TypeError("x")])
def test_errors_of_the_program_are_raised(monkeypatch, error):
    monkeypatch.setattr("nas.engine.network.drawn_weights", raises(error))
    with pytest.raises(type(error), match=str(error)):
        train(SMALL, load_dataset("iris"))


def test_an_interrupt_passes_through_and_leaves_nothing_behind():
    def interrupt(done, total, best):
        raise KeyboardInterrupt

    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(SMALL, load_dataset("iris"), progress=interrupt)
        assert torch.get_num_threads() == 2
        assert torch.is_grad_enabled()
    finally:
        torch.set_num_threads(threads)


def test_progress_counts_every_step():
    calls = []
    record = train(SMALL, load_dataset("iris"), TrainSettings(epochs=2), progress=lambda *args: calls.append(args))
    # 96 samples in batches of 64: two steps an epoch.
    assert [(done, total) for done, total, _ in calls] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [best for *_, best in calls] == [None, None, *[record.validation_accuracy[0]] * 2]


# Settings and records


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 1.0),
        ("epochs", True),
        ("epochs", "5"),
        ("batch_size", -1),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("learning_rate", "0.1"),
        ("learning_rate", True),
        ("engine", "slow"),
        ("engine", ["fast"]),
        ("dtype", "float16"),
        ("device", "tpu"),
        ("device", "cuda:x"),
        ("device", None),
        ("patience", 0),
        ("time_limit_s", -1.0),
    ],
)
def test_settings_that_make_no_sense(name, value):
    with pytest.raises(SettingError) as error:
        TrainSettings(**{name: value})
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_numbers_of_numpy_are_numbers():
    settings = TrainSettings(epochs=np.int64(3), learning_rate=np.float32(0.5))
    assert (type(settings.epochs), type(settings.learning_rate)) == (int, float)
    assert settings == TrainSettings(epochs=3, learning_rate=0.5)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, 2**128])
def test_seeds_that_are_none(seed):
    with pytest.raises(SettingError, match="seed is"):
        train(SMALL, load_dataset("iris"), seed=seed)


def test_settings_that_are_none():
    with pytest.raises(SettingError, match="give TrainSettings"):
        train(SMALL, load_dataset("iris"), {"epochs": 3})


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_said_before_the_work():
    with pytest.raises(SettingError, match="torch finds no such device"):
        train(SMALL, load_dataset("iris"), TrainSettings(device="cuda"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_gives_the_same_curve():
    data = load_dataset("digits")
    on_cpu = train(SMALL, data, EXACT, seed=1)
    on_gpu = train(SMALL, data, replace(EXACT, device="cuda"), seed=1)
    assert on_gpu.train_loss == pytest.approx(on_cpu.train_loss, rel=1e-9)
    assert on_gpu.validation_accuracy == pytest.approx(on_cpu.validation_accuracy, abs=0.01)
    assert train(SMALL, data, replace(EXACT, device="cuda"), seed=1) == on_gpu


def test_records_are_plain_and_come_back():
    record = train(SMALL, load_dataset("iris"), TrainSettings(epochs=2, patience=5), seed=8)
    text = record.to_json()
    assert TrainRecord.from_dict(json.loads(text)) == record
    assert json.loads(text)["schema"] == "nas.train/1"
    assert record.num_parameters == 4 * 3 + 3 + 3 + 3 * 3 + 3  # Linear(4, 3), three angles, Linear(3, 3)
    assert record.versions.keys() >= {"python", "torch", "numpy", "hwcost"}
    assert hash(record) == hash(train(SMALL, load_dataset("iris"), TrainSettings(epochs=2, patience=5), seed=8))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "nas.train/2"},
        {"state": "DONE"},
        {"settings": {"epochs": 0}},
        {"settings": {"speed": 1}},
        {"settings": None},
        {"train_loss": ["a"]},
        {"train_loss": None},
        {"seed": "0"},
        {"versions": 3},
        {"reason": 5},
    ],
)
def test_data_that_are_no_record(change):
    data = train(SMALL, load_dataset("iris"), TrainSettings(epochs=1)).to_dict()
    with pytest.raises(SettingError):
        TrainRecord.from_dict(data | change)
    del data[next(iter(change))]
    with pytest.raises(SettingError):
        TrainRecord.from_dict(data)


def test_tensors_of_a_data_set_are_made_once_and_go_with_it():
    data = load_dataset("iris")
    assert isinstance(data, Dataset)
    parts = load_parts(data, TrainSettings())
    assert load_parts(data, TrainSettings(epochs=9)) is parts
    assert load_parts(data, TrainSettings(dtype="float64")).x_training.dtype == torch.float64
