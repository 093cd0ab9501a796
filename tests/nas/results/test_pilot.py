"""What a pilot advises: by its rule on shares that are given, and as a report of a pilot that was trained."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("sklearn")

import nas
from nas.core.errors import SettingError
from nas.results.pilot import PilotReport
from nas.runs.context import make_context
from nas.runs.pilot_record import Pilot, PilotSetting
from nas.runs.variance import Shares
from small_search import small_config

# Batch, rate, share, lower end: as measured on wine (two of the five) and beside them.
FAQNAS = (64, 0.003, 0.07, 0.0)
SMALL = (8, 0.03, 0.70, 0.55)


def pilot_of(*rows, num_train_seeds=1, chosen=None):
    settings = [
        PilotSetting(
            batch_size=batch,
            learning_rate=rate,
            epochs=5,
            num_steps=10,
            shares=Shares(
                num_architectures=30,
                num_seeds=3,
                mean=0.6,
                architecture_sd=0.03,
                seed_sd=0.1,
                share=share,
                low=low,
                high=min(1.0, share + 0.2),
            ),
            num_failed=0,
            cpu_s=0.02,
        )
        for batch, rate, share, low in rows
    ]
    return Pilot(
        settings=tuple(settings),
        num_train_seeds=num_train_seeds,
        guessing_error=0.6,
        num_validation=28,
        chosen=chosen,
    )


@pytest.mark.parametrize(
    ("rows", "best"),
    [
        ([FAQNAS, SMALL], 1),
        ([FAQNAS, (16, 0.03, 0.5, 0.3), SMALL], 2),
        ([FAQNAS, (16, 0.03, 0.66, 0.5), SMALL], 1),  # as good, and cheaper
        ([FAQNAS, (64, 0.1, 0.66, 0.5), (64, 0.03, 0.66, 0.5)], 2),  # as cheap, and slower
        ([(8, 0.01, 0.68, 0.5), (64, 0.03, 0.70, 0.5)], 0),  # the search's own are as good
        ([FAQNAS, (8, 0.03, 0.9, 0.0)], None),  # no signal, whatever the estimate
        ([FAQNAS], None),
    ],
)
def test_the_rule_on_given_shares(rows, best):
    assert pilot_of(*rows).recommended == best


def test_a_warning_says_what_to_change_and_there_is_none_where_there_is_signal():
    assert "train with --batch-size 8 --learning-rate 0.03, or --settings auto" in pilot_of(FAQNAS, SMALL).warning()
    assert "try --settings auto" in pilot_of(FAQNAS).warning()
    assert "no other settings of the pilot are better" in pilot_of(FAQNAS, FAQNAS).warning()
    assert pilot_of(SMALL).warning() is None
    assert pilot_of(FAQNAS, SMALL, chosen=1).warning() is None
    assert pilot_of((64, 0.003, 0.29, 0.1)).warning() is not None
    assert pilot_of((64, 0.003, 0.31, 0.1)).warning() is None
    # Averaged over three trainings 0.29 is 0.55.
    averaged = pilot_of((64, 0.003, 0.29, 0.1), num_train_seeds=3)
    assert averaged.share == pytest.approx(3 * 0.29 / (1 + 2 * 0.29))
    assert averaged.warning() is None
    assert "(55% of that of a mean of 3 trainings)" in averaged.summary()


def test_a_pilot_comes_back_from_its_plain_data():
    found = pilot_of(FAQNAS, SMALL, chosen=1)
    assert Pilot.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    for broken in ({"chosen": 7}, {"settings": []}, {"guessing_error": "x"}, {"settings": [{}]}, {"more": 1}):
        with pytest.raises((TypeError, ValueError, KeyError)):
            Pilot.from_dict(found.to_dict() | broken)


def test_the_report_labels_the_papers_settings_and_gives_advice(tmp_path):
    context = make_context(small_config(tmp_path))
    report = PilotReport(context=context, pilot=pilot_of(FAQNAS, SMALL))
    text = str(report)
    assert "the search's, FAQNAS's" in text
    assert "* recommended: --batch-size 8 --learning-rate 0.03, 1.0 × the CPU time of a training" in text
    assert (report.is_published(0), report.is_published(1)) == (True, False)
    none = replace(report, pilot=pilot_of(FAQNAS))
    assert "no settings of the grid show a signal" in str(none)
    assert none.to_dict()["recommended"] is None


def test_a_pilot_of_two_networks(tmp_path):
    config = small_config(tmp_path, epochs=1)
    report = nas.pilot(config, networks=2, grid=False, workers=2)
    assert report.pilot.used.shares.num_architectures == 2
    assert report.pilot == nas.pilot(config, networks=2, grid=False).pilot
    with pytest.raises(SettingError, match="networks is 1"):
        nas.pilot(config, networks=1)
