"""A member on a noisy device: every way to its accuracy, beside the prediction."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")
pytest.importorskip("qiskit_aer")
pytest.importorskip("pennylane_qiskit")

import hwcost
import nas
from nas.core.errors import SettingError
from nas.results.evaluation_record import MEANINGS
from nas.results.front import Front

QUICK = {"shots": 512, "max_samples": 12, "num_seeds": 1}


@pytest.fixture(scope="module")
def evaluation(folder):
    return nas.evaluate(folder, 1, "fake_lima", **QUICK)


def test_every_way_is_there_with_and_without_mitigation(evaluation, run):
    ways = [(one.way, one.mitigated) for one in evaluation.tried]
    both = [(way, mitigated) for way in ("predicted", "simulated", "pennylane") for mitigated in (False, True)]
    assert ways == [("exact", False), *both]
    assert {way for way, _ in ways} < set(MEANINGS)
    assert (evaluation.device, evaluation.num_samples, evaluation.part) == ("fake_lima", 12, "validation")
    assert all(0.0 <= one.value <= 1.0 for one in evaluation.tried)
    assert evaluation.member == run.front[0]


def test_exact_is_the_accuracy_of_the_run_on_all_samples(folder, run):
    whole = nas.evaluate(folder, 1, "fake_lima", shots=16, num_seeds=1, without_pennylane=True)
    assert whole.num_samples == run.context.dataset.num_validation
    assert whole.tried[0].value == pytest.approx(max(run.front[0].accuracies))
    assert {one.way for one in whole.tried} == {"exact", "predicted", "simulated"}


def test_outputs_are_predicted_to_what_the_shots_leave(evaluation):
    assert {one.way for one in evaluation.outputs} == {"simulated", "pennylane"}
    for one in evaluation.outputs:
        assert one.rms_error < 0.05 + 2.0 / 512**0.5
        assert 0.0 < one.attenuation <= 1.0


def test_the_test_part_is_used_only_when_asked(folder, run):
    tested = nas.evaluate(folder, 1, "fake_lima", part="test", without_pennylane=True, **QUICK | {"max_samples": 100})
    assert tested.num_samples == run.context.dataset.num_test
    assert "the test samples have now been looked at" in str(tested)


def test_a_backend_of_ones_own_runs_through_pennylane(folder):
    """As a real device would: an object of Qiskit's, here the device on Aer."""
    found = nas.evaluate(folder, 1, "fake_lima", backend=hwcost.noisy_backend("fake_lima"), **QUICK)
    assert [one.way for one in found.tried][-2:] == ["device", "device"]
    (exact,) = (one for one in found.tried if one.way == "exact")
    assert found.tried[-1].value == pytest.approx(exact.value, abs=0.35)


def test_the_same_call_gives_the_same_figures(folder, evaluation):
    again = nas.evaluate(folder, 1, "fake_lima", **QUICK)
    assert again.to_json() == evaluation.to_json()
    plain = json.loads(again.to_json())
    assert plain["schema"] == "nas.evaluation/1"
    assert [row["accuracy"] for row in again.to_rows()] == [one["value"] for one in plain["tried"]]


def test_the_page_has_every_figure(evaluation):
    text = str(evaluation)
    for one in evaluation.tried:
        assert f"{one.value:.1%}" in text
        assert MEANINGS[one.way] in text
    assert "trained again from its recorded seed" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shots": 0}, "shots is 0"),
        ({"part": "training"}, "part is 'training'; choose from validation, test"),
        ({"max_samples": 0}, "max_samples is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"optimization_level": 4}, "optimization_level is 4"),
        ({"tries": 3}, "evaluate has no setting 'tries'; its settings are shots"),
        ({"backend": object(), "without_pennylane": True}, "leave without_pennylane out"),
    ],
)
def test_what_cannot_be_done_is_refused(folder, options, message):
    with pytest.raises(SettingError, match=message):
        nas.evaluate(folder, 1, "fake_lima", **options)


def test_a_device_that_is_not_there(folder):
    with pytest.raises(hwcost.HwcostError, match="fake_nowhere"):
        nas.evaluate(folder, 1, "fake_nowhere", without_pennylane=True, **QUICK)


def test_a_run_under_noise_is_not_recosted(tmp_path):
    from small_search import small_config

    objectives = ("noisy_validation_error", "parameters")
    config = small_config(
        tmp_path, backend="fake_manila", objectives=objectives, population=2, generations=0, epochs=1, num_seeds=1
    )
    run = nas.search(config, tmp_path / "run")
    assert run.front
    assert "they are those under the noise of the device, predicted, with 1,024 shots" in str(Front(run=run))
    with pytest.raises(SettingError, match="needs the trained weights, which a run does not keep"):
        nas.recost(tmp_path / "run", backend="fake_lima")
