"""The sentence that answers whether a circuit earns its cost."""

from __future__ import annotations

import pytest

from made_retrainings import made
from nas.results.retrained_page import answer


@pytest.mark.parametrize(
    ("accuracies", "beginning", "contains"),
    [
        ({"network": 0.95}, "Yes (on the device 1 h): better than each classical rival, by at least ", " points."),
        ({"network": 0.8, "mlp": 0.95}, "No (on the device 1 h): MLP of as many parameters is better, by ", " points."),
        ({"network": 0.7}, "Cannot be told (on the device 1 h): against ", " to +"),
    ],
)
def test_each_answer_has_its_numbers(accuracies, beginning, contains):
    text = answer(made(objectives={"unified_time_s": 3600.0}, **accuracies))
    assert text.startswith(beginning)
    assert contains in text


def test_without_a_device_no_time_is_told():
    assert answer(made(network=0.95)).startswith("Yes: better than each classical rival")
