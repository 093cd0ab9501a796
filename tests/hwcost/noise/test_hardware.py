"""The error that hardware showed: which row of the table, the arithmetic of both ends, and where there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.noise.attenuation import QubitAttenuation
from hwcost.noise.hardware import BANDS, SHARE, SIGNED_BANDS, SOURCE, hardware_error
from hwcost.noise.shots import noiseless_shots, shot_cost


def rows(*values):
    return [QubitAttenuation(qubit=i, clbit=i, value=v) for i, v in enumerate(values)]


def cost(*values, **options):
    return shot_cost(rows(*values), method="mean-field", **{"requested": 1000, "precision": None, **options})


@pytest.mark.parametrize(
    ("attenuation", "rule", "factor"),
    [
        (0.95, "mean", 1.25),
        (0.8, "mean", 1.25),
        (0.79, "mean", 1.61),
        (0.5, "mean", 1.61),
        (0.49, "mean", 10.0),
        (0.9, "worst", 1.31),
        (0.6, "worst", 6.3),
        (0.1, "worst", 10.0),
    ],
)
def test_the_predicted_attenuation_chooses_the_row(attenuation, rule, factor):
    inflation = 1.0 / attenuation**2
    error = hardware_error(worst=inflation * (1 - 1e-12), mean=inflation * (1 - 1e-12), rule=rule)
    assert error.factor == factor
    assert error.attenuation == pytest.approx(attenuation)
    assert (error.share, error.source) == (SHARE, SOURCE)


def test_both_ends_of_the_shots_by_hand():
    # λ = 0.9: I = 1.2346, needed 1235; × 1.31 = 1617.28…, over 1.31 = 942.4 and so no less than the noiseless 1000.
    found = cost(0.9, 0.9)
    assert (found.needed, found.needed_low, found.needed_high) == (1235, 1000, 1618)
    # Mean of 1/0.64 and 1/0.36 is 2.1701, λ = 0.679: needed 2171, × 1.61 = 3495.3, over 1.61 = 1348.4.
    mean = cost(0.8, 0.6, rule="mean")
    assert (mean.needed, mean.needed_low, mean.needed_high) == (2171, 1349, 3496)
    plain = mean.plain()
    assert (plain["needed_low"], plain["needed_high"]) == (1349, 3496)
    assert plain["hardware"].factor == 1.61


def test_predictions_at_bound_angles_have_their_own_row():
    (row,) = rows(0.9)
    signed, averaged = (replace(row, method=name) for name in ("pauli-propagation", "mean-field"))
    options = {"method": "auto", "requested": 1000, "precision": None}
    assert shot_cost([signed], **options).hardware.factor == 1.5
    assert shot_cost([averaged], **options).hardware.factor == 1.31
    # The worst one decides; a mean that any such value is in counts as one.
    worse = replace(averaged, value=0.85)
    assert shot_cost([signed, worse], **options).hardware.factor == 1.31
    assert shot_cost([signed, worse], rule="mean", **options).hardware.factor == 1.33
    # Between 0.5 and 0.8 the worst bit was off by more than ten times.
    assert shot_cost([replace(signed, value=0.7)], **options).hardware.factor == 10.0


def test_a_precision_has_ends_too():
    # 1/(0.9·0.01)² = 12,345.7; noiseless 10,000.
    found = cost(0.9, requested=None, precision=0.01)
    assert (found.needed, found.needed_low, found.needed_high) == (12_346, 10_000, 16_174)


def test_no_ends_where_there_are_no_runs():
    assert cost(0.9, task="sampling", log10_esp=-0.1).hardware is None
    assert cost(0.9, task="sampling", log10_esp=-0.1).needed_low is None
    assert noiseless_shots(requested=10, precision=None).plain()["needed_high"] is None
    gone = cost(0.0)
    assert (gone.hardware, gone.needed_low, gone.needed_high) == (None, None, None)


def test_the_upper_end_is_open_where_the_signal_may_be_gone():
    # λ = 0.002: inflation 250,000, and 2.5 million with the factor of 10, more than any number of shots recovers.
    found = cost(0.002)
    assert (found.needed, found.needed_low, found.needed_high) == (250_000_000, 25_000_000, None)


@given(
    st.floats(0.01, 1.0),
    st.floats(0.01, 1.0),
    st.sampled_from(["worst", "mean"]),
    st.sampled_from(sorted(BANDS)),
)
def test_the_prediction_lies_between_its_ends(first, second, rule, kind):
    found = cost(first, second, rule=rule, kind=kind)
    assert found.needed_low <= found.needed
    assert found.noiseless <= found.needed_low
    assert found.needed_high is None or found.needed <= found.needed_high
    assert found.hardware.inflation_low >= 1.0
    assert math.isfinite(found.hardware.inflation_high)


def test_every_table_ends_at_zero_and_grows_as_the_signal_goes():
    for table in (*BANDS.values(), *SIGNED_BANDS.values()):
        for bands in table.values():
            assert bands[-1].lowest == 0.0
            factors = [band.factor for band in bands]
            assert factors == sorted(factors)
            assert [band.lowest for band in bands] == sorted((band.lowest for band in bands), reverse=True)
            assert min(factors) > 1.0
