"""What `evaluate` is asked for."""

from __future__ import annotations

import pytest

from nas.core.errors import SettingError
from nas.results.evaluate_settings import EvaluateSettings, check_together, live_name, settings_of


@pytest.mark.parametrize("name", ["ibm_torino", " IBM_Fez", "ibm_new_york"])
def test_names_of_live_backends(name):
    assert live_name(None, name) == name


@pytest.mark.parametrize("backend", [None, object()])
def test_what_is_no_name(backend):
    assert live_name("fake_lima", backend) is None


@pytest.mark.parametrize("name", ["", "ibm_", "fake_lima", "ibmq_lima", "torino", "ibm_torino.json", "ibm_a\nb", "aer"])
def test_names_of_something_else(name):
    with pytest.raises(
        SettingError, match="which is no live backend such as ibm_torino; give it with --noise"
    ) as caught:
        live_name(None, name)
    assert "\n" not in str(caught.value)


def test_settings_are_those_that_there_are():
    assert settings_of({"shots": 7}) == EvaluateSettings(shots=7)
    with pytest.raises(SettingError, match="evaluate has no setting 'tries'; its settings are shots"):
        settings_of({"tries": 3})


@pytest.mark.parametrize(
    ("noise", "backend", "limit", "message"),
    [
        ("fake_lima", None, "1min", "max_qpu_time allows the jobs of a live backend"),
        ("fake_lima", object(), "1min", "max_qpu_time allows the jobs of a live backend"),
        (None, None, None, "noise is missing"),
        (None, object(), None, "noise is missing"),
        ("fake_lima", object(), None, "leave without_pennylane out"),
    ],
)
def test_what_does_not_go_together(noise, backend, limit, message):
    with pytest.raises(SettingError, match=message):
        check_together(noise, backend, limit, EvaluateSettings(without_pennylane=True))


def test_what_goes_together():
    check_together("fake_lima", None, None, EvaluateSettings(without_pennylane=True))
    check_together("fake_lima", object(), None, EvaluateSettings())
    check_together(None, "ibm_torino", "1min", EvaluateSettings(without_pennylane=True))
