"""Several networks trained at once: each as if it were trained alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from hwcost import InputError  # noqa: E402
from nas.architectures.record import Architecture, Hidden, Layer  # noqa: E402
from nas.core.errors import MemoryLimitError, SettingError  # noqa: E402
from nas.datasets.dataset import dataset_from_arrays, load_dataset  # noqa: E402
from nas.training.limits import Clock  # noqa: E402
from nas.training.record import TrainSettings  # noqa: E402
from nas.training.stack import StackedNetworks  # noqa: E402
from nas.training.train import train, train_together  # noqa: E402


def network(axes, num_qubits=3, gate="cx", **options):
    pairs = tuple((q, q + 1) for q in range(num_qubits - 1))
    layers = tuple(Layer(columns=((axis,) * num_qubits,), gate=gate, pairs=pairs) for axis in axes)
    options = {"embedding": "angle-y", "num_encoded": num_qubits} | options
    return Architecture(num_qubits=num_qubits, layers=layers, **options)


SMALL = network("y")
EXACT = TrainSettings(dtype="float64", epochs=3)


def assert_same(found, expected, rel=1e-9):
    assert len(found) == len(expected)
    for one, alone in zip(found, expected, strict=True):
        for name in ("train_loss", "validation_loss"):
            assert getattr(one, name) == pytest.approx(getattr(alone, name), rel=rel)
        curves = dict.fromkeys(("train_loss", "validation_loss"), ())
        assert replace(one, **curves) == replace(alone, **curves)


@pytest.mark.parametrize(
    "architectures",
    [
        [SMALL] * 4,
        [network("y"), network("xz"), network("zxy", gate="cz"), network("x", embedding="angle-z")],
        [
            network(
                axes,
                hidden_before=(Hidden(width=5, activation="relu"),),
                hidden_after=(Hidden(width=4, activation="tanh"),),
            )
            for axes in ("y", "xy")
        ],
        [network(axes, embedding="amplitude", num_encoded=8) for axes in ("y", "xx")],
        [network(axes, measurement="zz-neighbours", reupload=True) for axes in ("yx", "xy")],
        [network("yx", num_qubits=7), network("xy", num_qubits=7)],
        [SMALL],
    ],
)
def test_records_are_those_of_one_after_the_other(architectures):
    data = load_dataset("wine")
    seeds = range(10, 10 + len(architectures))
    found = train_together(architectures, data, EXACT, seeds)
    assert_same(found, [train(a, data, EXACT, seed) for a, seed in zip(architectures, seeds, strict=True)])


def test_one_alone_is_bit_for_bit_what_train_gives():
    data = load_dataset("iris")
    assert train_together([SMALL], data, TrainSettings(epochs=2), [6]) == (
        train(SMALL, data, TrainSettings(epochs=2), 6),
    )


def test_own_learning_rates_and_single_precision():
    data = load_dataset("iris")
    architectures = [network("y", learning_rate=rate) for rate in (None, 0.1, 0.01)]
    settings = TrainSettings(epochs=4, batch_size=10, learning_rate=0.05)
    found = train_together(architectures, data, settings, [1, 2, 3])
    assert [record.learning_rate for record in found] == [0.05, 0.1, 0.01]
    for one, alone in zip(
        found, [train(a, data, settings, s) for a, s in zip(architectures, [1, 2, 3], strict=True)], strict=True
    ):
        assert one.train_loss == pytest.approx(alone.train_loss, rel=1e-4)


def test_the_same_call_gives_the_same_bits_and_leaves_the_generators_alone():
    data, seeds = load_dataset("iris"), [3, 4, 5]
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = train_together([SMALL] * 3, data, TrainSettings(epochs=2), seeds)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(6)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert train_together([SMALL] * 3, data, TrainSettings(epochs=2), seeds) == first
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_one_that_diverges_does_not_touch_the_others():
    data = load_dataset("iris")
    architectures = [SMALL, network("y", learning_rate=1e200), SMALL]
    found = train_together(architectures, data, EXACT, [1, 2, 3])
    assert [record.state for record in found] == ["COMPLETE", "FAILED", "COMPLETE"]
    assert "no longer finite in epoch" in found[1].reason
    assert found[1].best_validation_accuracy is None
    assert_same([found[0], found[2]], [train(SMALL, data, EXACT, seed) for seed in (1, 3)])


def test_each_has_its_own_patience():
    data = load_dataset("iris")
    settings = replace(EXACT, epochs=30, patience=3, learning_rate=0.1)
    found = train_together([SMALL] * 4, data, settings, range(4))
    assert_same(found, [train(SMALL, data, settings, seed) for seed in range(4)], rel=1e-6)
    assert len({record.num_epochs for record in found}) > 1


def test_the_time_limit_is_that_of_each(monkeypatch):
    # Of a clock of our own: a second for each of the steps of all networks, two steps an epoch.
    steps = []
    monkeypatch.setattr(Clock, "elapsed_s", lambda clock: len(steps) / clock.num_networks)
    data, settings = load_dataset("iris"), replace(EXACT, time_limit_s=1.2)
    found = train_together([SMALL] * 2, data, settings, [0, 1], progress=lambda *step: steps.append(step))
    for record in found:
        assert (record.state, record.num_epochs, record.duration_s) == ("FAILED", 1, 1.5)
        assert record.reason == "the time limit of 1.2 s passed in epoch 2"
    steps.clear()
    enough = train_together([SMALL] * 8, data, settings, range(8), progress=lambda *step: steps.append(step))
    assert {record.state for record in enough} == {"COMPLETE"}
    assert {record.duration_s for record in enough} == {6 / 8}


def test_what_does_not_fit_together_is_trained_one_after_the_other(monkeypatch):
    data = load_dataset("iris")
    expected = [train(SMALL, data, EXACT, seed) for seed in range(2)]

    compute = StackedNetworks.losses_and_gradients

    def refuse(networks, x, labels):
        if len(networks.architectures) > 1:
            raise MemoryLimitError("2 networks need 1 TB")
        return compute(networks, x, labels)

    monkeypatch.setattr(StackedNetworks, "losses_and_gradients", refuse)
    assert list(train_together([SMALL] * 2, data, EXACT, range(2))) == expected


def test_what_fits_in_no_way_has_failed():
    found = train_together([network("y", num_qubits=45)] * 2, load_dataset("iris"), TrainSettings(epochs=1), [0, 1])
    assert {record.state for record in found} == {"FAILED"}
    assert all("45 qubits" in record.reason for record in found)


def test_the_test_part_is_not_looked_at():
    data = load_dataset("iris")
    features = data.features.copy()
    features[data.split.test] = np.nan
    spoilt = replace(data, features=features)
    assert train_together([SMALL] * 2, spoilt, EXACT, [1, 2]) == train_together([SMALL] * 2, data, EXACT, [1, 2])


def test_validation_in_pieces_is_validation_at_once(monkeypatch):
    data = dataset_from_arrays(np.random.default_rng(1).normal(size=(200, 3)), np.arange(200) % 2)
    at_once = train_together([SMALL] * 2, data, EXACT, [1, 2])
    monkeypatch.setattr("nas.training.parts.VALIDATION_AMPLITUDES", 1)
    assert_same(train_together([SMALL] * 2, data, replace(EXACT, batch_size=64), [1, 2]), at_once)


@pytest.mark.parametrize(
    ("architectures", "settings", "seeds", "error", "message"),
    [
        ([SMALL], EXACT, [1, 2], SettingError, "2 seeds for 1 networks"),
        ([SMALL], EXACT, [-1], SettingError, "seed is -1"),
        ([SMALL], replace(EXACT, engine="pennylane"), [1], SettingError, "engine is 'pennylane'"),
        ([SMALL], {"epochs": 2}, [1], SettingError, "give TrainSettings"),
        ([], EXACT, [], InputError, "there are no candidates"),
        ([SMALL, network("y", num_qubits=4)], EXACT, [1, 2], InputError, "candidate 2 differs in shape"),
    ],
)
def test_what_cannot_be_trained_together(architectures, settings, seeds, error, message):
    with pytest.raises(error, match=message):
        train_together(architectures, load_dataset("iris"), settings, seeds)


def test_an_interrupt_passes_through():
    def interrupt(done, total, best):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_together([SMALL] * 2, load_dataset("iris"), EXACT, [1, 2], progress=interrupt)


def test_progress_has_the_best_of_all():
    calls = []
    found = train_together(
        [SMALL] * 3, load_dataset("iris"), replace(EXACT, epochs=2), range(3), progress=lambda *args: calls.append(args)
    )
    best = max(record.validation_accuracy[0] for record in found)
    assert calls == [(1, 4, None), (2, 4, None), (3, 4, best), (4, 4, best)]
