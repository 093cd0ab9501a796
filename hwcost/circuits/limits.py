"""What can be costed at most, and the errors for more. Readers of files hold the claims of a header against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwcost.core.errors import CircuitError

if TYPE_CHECKING:
    from hwcost.circuits.size import Size

MAX_QUBITS = 10_000
"""Ten times the largest announced superconducting chips; a header may claim billions, and each costs memory."""

MAX_CLBITS = 100_000
"""Room for a hundred rounds of mid-circuit measurement of a thousand qubits."""

MAX_INSTRUCTIONS = 200_000
"""The one budget of instructions, expanded: an estimate takes 0.1 to 0.5 ms and 5 kB for each and seed, so at most
about 100 s and 1 GB."""

STEPS_OF_A_BLOCK = 10
"""A block of control flow is a circuit of its own for each pass of the compiler: 1.5 ms and 30 kB with one gate."""

MAX_NESTING = 200
"""Definitions within definitions. Real circuits stay below 20; Python's own stack ends at 1000 calls."""

MAX_NESTED_BLOCKS = 40
"""Control flow within control flow: the compiler's passes call themselves with up to ten calls for each level."""

MAX_DELAY_S = 86_400.0
"""A day; the qubits of a delay forget within milliseconds."""

MAX_DELAY_DT = 10**15
"""The same in units of dt, which is 0.1 to 5 ns."""


def refuse_too_many_bits(num_qubits: int, num_clbits: int, where: str) -> None:
    """Refuse more qubits or classical bits than can be costed."""
    for number, limit, kind in ((num_qubits, MAX_QUBITS, "qubits"), (num_clbits, MAX_CLBITS, "classical bits")):
        if number > limit:
            raise CircuitError(
                f"{where}: {count_text(number)} {kind}, at most {limit:,} can be costed; no device has that many, "
                "use smaller registers"
            )


def refuse_too_many_instructions(size: Size, where: str, limit: int = MAX_INSTRUCTIONS) -> None:
    """Refuse a circuit that expands to more than is costed: in operations, or in calls of gates and barriers."""
    if size.num_instructions > limit:
        number, what = size.num_instructions, "instructions"
    elif size.num_steps > limit:
        number, what = size.num_steps, f"steps (calls of gates, barriers; {STEPS_OF_A_BLOCK} for a block)"
    else:
        return
    raise CircuitError(
        f"{where} expands to {count_text(number)} {what}, at most {limit:,} can be costed; cost one "
        "repetition of its largest part instead"
    )


def nested_too_deeply(where: str) -> CircuitError:
    """Return the error for control flow that is nested too deeply."""
    return CircuitError(
        f"{where}: control flow is nested more than {MAX_NESTED_BLOCKS} levels deep; join the conditions, or write the "
        "blocks one after the other"
    )


def count_text(number: int) -> str:
    """Return a number as messages show it, however large."""
    return f"{number:,}" if number < 10**15 else f"about 10^{int(math.log10(number))}"
