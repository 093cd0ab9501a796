"""The limits of what is costed, and how messages show numbers beyond them."""

from __future__ import annotations

import pytest

from hwcost.circuits.limits import (
    MAX_CLBITS,
    MAX_INSTRUCTIONS,
    MAX_QUBITS,
    count_text,
    refuse_too_many_bits,
    refuse_too_many_instructions,
)
from hwcost.circuits.size import Size
from hwcost.core.errors import CircuitError


def test_the_limits_themselves_are_accepted():
    refuse_too_many_bits(MAX_QUBITS, MAX_CLBITS, "here")
    refuse_too_many_instructions(Size(num_instructions=MAX_INSTRUCTIONS, num_steps=MAX_INSTRUCTIONS), "here")


@pytest.mark.parametrize(("qubits", "clbits", "kind"), [(MAX_QUBITS + 1, 0, "qubits"), (1, 10**400, "classical bits")])
def test_more_bits_are_refused(qubits, clbits, kind):
    with pytest.raises(CircuitError, match=f"^here: .* {kind}, at most"):
        refuse_too_many_bits(qubits, clbits, "here")


@pytest.mark.parametrize(
    ("size", "what"),
    [
        (Size(num_instructions=MAX_INSTRUCTIONS + 1), "200,001 instructions"),
        (Size(num_instructions=1, num_steps=10**39), r"about 10\^39 steps"),
    ],
)
def test_more_instructions_or_empty_calls_are_refused(size, what):
    with pytest.raises(CircuitError, match=what):
        refuse_too_many_instructions(size, "here")


@pytest.mark.parametrize(("number", "text"), [(1234, "1,234"), (10**15, "about 10^15"), (10**400, "about 10^400")])
def test_numbers_of_any_size_have_a_text(number, text):
    assert count_text(number) == text
