"""`EstimateRequest`: every refusal names the option and the value; what is given in another type is put right."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import InputError, OptionError
from hwcost.core.option_fields import option_fields
from hwcost.estimation.options import DEFAULT_SHOTS, MAX_SEEDS, MIN_PRECISION, EstimateRequest
from hwcost.jobs.profile import JobTimeProfile
from hwcost.jobs.profile_file import load_profile
from hwcost.noise.methods import METHODS
from job_profiles import KNOWN


def test_defaults():
    request = EstimateRequest()
    assert (request.shots, request.precision) == (DEFAULT_SHOTS, None) == (4096, None)
    assert (request.optimization_level, request.num_seeds, request.seed, request.transpile) == (2, 4, 0, True)
    assert (request.attenuation, request.inflation, request.task) == ("auto", "worst", "expectation")
    assert (request.rep_delay_s, request.max_age_days, request.observable) == (None, None, None)
    assert request.profile == load_profile("ibm")


def test_every_field_is_an_option():
    assert [f.name for f in option_fields(EstimateRequest)] == list(EstimateRequest.__dataclass_fields__)


HUGE = 10**400
NO_WHOLE = [True, False, "4", 2.0, 2.5, [2], math.nan, Decimal(2), np.float64(2.0), HUGE]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("shots", 1, 10**15),
        ("optimization_level", 0, 3),
        ("num_seeds", 1, MAX_SEEDS),
        ("seed", 0, 2**31 - 1 - MAX_SEEDS),
    ],
)
class TestWholeNumbers:
    @pytest.mark.parametrize("value", NO_WHOLE, ids=lambda value: str(value)[:12])
    def test_what_is_no_whole_number_is_refused(self, name, low, high, value):
        with pytest.raises(OptionError, match=f"^{name} is .*; give a whole number from {low} to {high}(, or auto)?$"):
            EstimateRequest(**{name: value})

    def test_the_ends_are_allowed_and_what_lies_beyond_is_not(self, name, low, high):
        for value in (low, high):
            assert getattr(EstimateRequest(**{name: value}), name) == value
        for value in (low - 1, high + 1):
            with pytest.raises(OptionError, match=f"^{name} is {value}; "):
                EstimateRequest(**{name: value})

    @pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint16])
    def test_numpy_integers_become_plain_ones(self, name, low, high, kind):
        value = getattr(EstimateRequest(**{name: kind(1)}), name)
        assert (value, type(value)) == (1, int)


@pytest.mark.parametrize("name", ["optimization_level", "num_seeds", "seed"])
def test_none_is_no_number_where_there_is_a_default(name):
    with pytest.raises(OptionError, match=f"^{name} is None; give a whole number"):
        EstimateRequest(**{name: None})


@pytest.mark.parametrize("value", [0.0, -0.1, 1.0, 2, math.nan, math.inf, -math.inf, MIN_PRECISION / 2])
def test_a_precision_out_of_range_is_refused(value):
    with pytest.raises(
        OptionError, match="^precision is .*; give a standard error from 1e-07 to below 1, such as 0.01$"
    ):
        EstimateRequest(precision=value)


@pytest.mark.parametrize("value", [-1e-9, 1.5, math.nan, math.inf, 250])
def test_a_repetition_delay_out_of_range_is_refused(value):
    with pytest.raises(OptionError, match=r"^rep_delay is .* s; give seconds between 0 and 1, for example 0.00025"):
        EstimateRequest(rep_delay_s=value)


@pytest.mark.parametrize("name", ["precision", "rep_delay_s"])
@pytest.mark.parametrize(
    "value",
    ["0.01", b"0.01", True, [0.01], (0.01,), {}, 0.01j, np.array([0.01, 0.02]), np.array([]), HUGE, -HUGE],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_number_is_refused_in_one_line(name, value):
    with pytest.raises(OptionError, match=f"^{name.removesuffix('_s')} is ") as refused:
        EstimateRequest(**{name: value})
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("value", [np.float32(0.5), np.float64(0.5), Fraction(1, 2), Decimal("0.5"), np.array(0.5)])
def test_numbers_of_any_kind_become_floats(value):
    request = EstimateRequest(precision=value, rep_delay_s=value)
    assert (request.precision, request.rep_delay_s) == (0.5, 0.5)
    assert (type(request.precision), type(request.rep_delay_s)) == (float, float)


def test_the_ends_of_precision_and_repetition_delay():
    assert EstimateRequest(precision=MIN_PRECISION).precision == 1e-7
    assert EstimateRequest(rep_delay_s=0).rep_delay_s == 0.0
    assert EstimateRequest(rep_delay_s=1).rep_delay_s == 1.0


def test_shots_or_precision_but_not_both():
    with pytest.raises(OptionError, match="shots and precision are both given"):
        EstimateRequest(shots=100, precision=0.1)
    assert EstimateRequest(precision=0.1).shots is None


@given(st.none() | st.integers(1, 10**15), st.none() | st.floats(MIN_PRECISION, 1.0, exclude_max=True))
def test_exactly_one_of_shots_and_precision_is_set(shots, precision):
    if shots is not None and precision is not None:
        return
    request = EstimateRequest(shots=shots, precision=precision, job_profile=KNOWN)
    assert (request.shots is None) != (request.precision is None)
    assert request.precision == precision


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("attenuation", "auto, mean-field, pauli-propagation, pauli-path, light-cone, paper"),
        ("inflation", "worst, mean"),
        ("task", "expectation, sampling"),
    ],
)
@pytest.mark.parametrize("value", ["best", "", None, 3, "Worst", ["worst"]])
def test_an_unknown_word_is_refused_with_the_known_ones(name, choices, value):
    with pytest.raises(OptionError) as refused:
        EstimateRequest(**{name: value})
    assert str(refused.value) == f"{name} is {value!r}; choose from {choices}"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_a_choice(method):
    assert EstimateRequest(attenuation=method).attenuation == method


@pytest.mark.parametrize(
    ("given_", "kept"), [((), None), ([], None), (None, None), (("ZZ",), ("ZZ",)), (["Z"], ["Z"]), ("ZI", "ZI")]
)
def test_no_observable_is_none(given_, kept):
    assert EstimateRequest(observable=given_).observable == kept


def test_the_profile_is_loaded_whatever_names_it(tmp_path: Path):
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(KNOWN.to_dict()), encoding="utf-8")
    for wanted in (KNOWN, KNOWN.to_dict(), file, str(file)):
        request = EstimateRequest(job_profile=wanted)
        assert isinstance(request.job_profile, JobTimeProfile)
        assert request.profile == KNOWN
    assert EstimateRequest(job_profile="iqm").profile.name == load_profile("iqm").name


@pytest.mark.parametrize("wanted", ["nobody", Path("nowhere.json"), ""])
def test_an_unknown_profile_is_refused(wanted):
    with pytest.raises(OptionError, match="no job-time profile"):
        EstimateRequest(job_profile=wanted)


def test_a_file_that_is_no_profile_is_refused(tmp_path: Path):
    file = tmp_path / "mine.json"
    file.write_text('{"schema": "other"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.json"):
        EstimateRequest(job_profile=file)


def test_settings_are_what_decides_about_the_cost_of_a_compiled_circuit():
    request = EstimateRequest(precision=0.01, task="sampling", rep_delay_s=1e-4, job_profile=KNOWN, durations_only=True)
    assert request.settings() == {
        "shots": None,
        "precision": 0.01,
        "attenuation": "auto",
        "inflation": "worst",
        "task": "sampling",
        "rep_delay_s": 1e-4,
        "job_profile": "test",
        "measure_all": False,
        "durations_only": True,
        "keep_dead_readout": False,
        "fractional_gates": False,
    }
    assert json.loads(json.dumps(request.settings())) == request.settings()


def test_settings_are_equal_whatever_the_compilation_and_the_type_of_the_numbers():
    one = EstimateRequest(shots=100, seed=3, num_seeds=7, optimization_level=1, transpile=False)
    assert one.settings() == EstimateRequest(shots=np.int32(100)).settings()
    assert one.settings() != EstimateRequest(shots=101).settings()
