"""Parts of a job's time, and the sizes that multiply the constants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hwcost.jobs.parts import is_of_shots, job_parts, part_sizes
from hwcost.jobs.profile import JobTimeParameter
from hwcost.jobs.size import JobSize, term_amounts
from job_profiles import KNOWN


def test_a_factor_on_the_shots_multiplies_their_parts_alone() -> None:
    factor = JobTimeParameter(name="shots_factor", value=2.0, unit="1", low=1.0, high=3.0)
    profile = replace(KNOWN, parameters=(*KNOWN.parameters, factor))
    size = JobSize(shots=1000, num_circuits=2, total_shots_time_s=0.5, total_instructions=100)
    amounts = term_amounts(num_circuits=2, shots=1000, total_instructions=100)
    parts = job_parts(profile, amounts, size, [])
    assert parts == pytest.approx({"t0": 0.5, "c_circuit": 0.2, "c_instruction": 1e-3, "shots_time": 1.0})
    assert part_sizes(profile, amounts, parts) == pytest.approx([1.0, 2.0, 100.0, 0.5])
    assert is_of_shots("shots_time")
    assert not is_of_shots("t0")
