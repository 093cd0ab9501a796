"""A calibration with every field set, and every kind of gap."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hwcost.calibration.record import Calibration, TimingConstraints
from make import SNAPSHOT, small_calibration

DATE = datetime(2025, 12, 30, 12, 30, 1, 250000, tzinfo=timezone(timedelta(hours=-5)))


def full_calibration() -> Calibration:
    """Every field set, and every kind of gap."""
    return small_calibration(
        qubits={
            0: {"dates": {"t1_s": DATE}},
            1: {"t2_s": None, "operational": False},
            2: {
                "t1_s": 1.0 / 3e4,
                "dates": dict.fromkeys(
                    (
                        "t1_s",
                        "t2_s",
                        "readout_error",
                        "prob_meas0_prep1",
                        "prob_meas1_prep0",
                        "readout_duration_s",
                    ),
                    DATE,
                )
                | {"t2_s": SNAPSHOT},
            },
        },
        gates={
            ("sx", (0,)): {"dates": {"error": DATE, "duration_s": DATE}},
            ("cx", (0, 1)): {"error": None, "operational": False},
        },
        name="full",
        source="properties",
        origin="a file, “µ” and √",
        licence="Apache-2.0",
        processor="Eagle r3",
        rep_delay_range_s=(0.0, 5e-4),
        timing_constraints=TimingConstraints(granularity=8, min_length=16, pulse_alignment=4, acquire_alignment=2),
        snapshot_date=DATE,
        oldest_value_date=DATE,
        newest_value_date=SNAPSHOT,
        max_shots=100_000,
        assumptions=("a dt of 1 ns as given by the user",),
    )
