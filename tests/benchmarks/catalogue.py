"""What benchmarks there are, which rows of the table of speeds they give, and the floors of these: `BENCHMARKS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AT_LEAST, AT_MOST = "at least", "at most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table.

    Attributes:
        question: What is measured.
        shown: The figures in words; names of figures in braces, with a format.
        floors: For a figure the side and the bound that it must keep.
    """

    question: str
    shown: str
    floors: Mapping[str, tuple[str, float]]

    def floor_text(self) -> str:
        """Return the floors for the table."""
        return ", ".join(f"{side} {bound:g}" for side, bound in self.floors.values()) or "-"

    def missed(self, medians: Mapping[str, float]) -> list[str]:
        """Return a line for each floor that is missed; figures that were not measured miss none."""
        return [
            f"{self.question}: {name} is {medians[name]:.3g}, must be {side} {bound:g}"
            for name, (side, bound) in self.floors.items()
            if name in medians and (medians[name] < bound if side == AT_LEAST else medians[name] > bound)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A script of this folder.

    Attributes:
        name: Its file without `.py`.
        quick: Arguments that make it short, for a look.
        rows: Rows of the table; there are none where it prints a table of its own.
        needs: What it must be given, so that it is run alone; "" if nothing.
    """

    name: str
    quick: Sequence[str] = ()
    rows: Sequence[Row] = ()
    needs: str = ""


BENCHMARKS = (
    Benchmark(
        name="estimate_command",
        quick=("--runs", "3"),
        rows=(
            Row(
                question="the whole `estimate` command against a bare script that loads the backend and transpiles as "
                "often",
                shown="{command_time:.2f} times the time, {command_memory:.2f} times the memory",
                floors={"command_time": (AT_MOST, 0.6)},
            ),
            Row(
                question="the first `hwcost.estimate` of a Python session against the same script",
                shown="{python_time:.2f} times the time",
                floors={"python_time": (AT_MOST, 0.6)},
            ),
        ),
    ),
    Benchmark(
        name="estimate_overhead",
        quick=("--runs", "2"),
        rows=(
            Row(
                question="`hwcost.estimate` against its four `transpile` calls, 8 to 20 qubits",
                shown="{smallest:.2f} to {largest:.2f} times the time",
                floors={"largest": (AT_MOST, 1.3)},
            ),
        ),
    ),
    Benchmark(
        name="cost_scaling",
        rows=(
            Row(
                question="all work but compiling, 1,000 to 60,000 gates on 20 to 122 qubits",
                shown="{least_us:.0f} to {most_us:.0f} µs per gate",
                floors={"most_over_least": (AT_MOST, 2.5)},
            ),
        ),
    ),
    Benchmark(
        name="attenuation_speed",
        rows=(
            Row(
                question="`mean-field` for all measured qubits of 100 qubits and 10,000 gates",
                shown="{mean_field_s:.2f} s; {share_of_transpiling:.0%} of compiling an 8-qubit circuit",
                floors={"share_of_transpiling": (AT_MOST, 0.15)},
            ),
        ),
    ),
    Benchmark(
        name="compare_speed",
        quick=("--many", "0"),
        rows=(
            Row(
                question="`hwcost compare` on two cores, 240 cells, against a loop over `transpile` and `estimate`",
                shown="{faster:.1f} times faster; {faster_made_once:.1f} times if the loop makes each backend once",
                floors={"faster": (AT_LEAST, 10), "faster_made_once": (AT_LEAST, 3)},
            ),
            Row(
                question="its peak memory for 400 circuits of 20 qubits against that for 50",
                shown="{memory_growth:.2f} times here ({memory_mib:.0f} MiB), {worker_memory_growth:.2f} times in each "
                "worker ({worker_memory_mib:.0f} MiB)",
                floors={"memory_growth": (AT_MOST, 1.1), "worker_memory_growth": (AT_MOST, 1.1)},
            ),
        ),
    ),
    Benchmark(
        name="engine_speed",
        quick=("--repeats", "5"),
        rows=(
            Row(
                question="a training step (batch 64) in `nas` against PennyLane `default.qubit` with backprop",
                shown="{default_qubit_4:.0f} times faster at 4 qubits and 2 layers, {default_qubit_8:.0f} at 8 and 4",
                floors={"default_qubit_4": (AT_LEAST, 100), "default_qubit_8": (AT_LEAST, 60)},
            ),
            Row(
                question="the same against `lightning.qubit` with adjoint",
                shown="{lightning_4:.0f} and {lightning_8:.0f} times faster",
                floors={},
            ),
            Row(
                question="a step at 4 qubits and 2 layers in NumPy, as circuits of up to 5 qubits are trained, against "
                "the same in torch",
                shown="{numpy_1:.1f} times faster alone, {numpy_16:.1f} times for sixteen networks together",
                floors={"numpy_1": (AT_LEAST, 1), "numpy_16": (AT_LEAST, 1)},
            ),
            Row(
                question="sixteen networks of one shape trained together, per step",
                shown="{together_4:.1f} times faster than one after the other at 4 qubits, {together_8:.1f} at 8",
                floors={"together_4": (AT_LEAST, 6), "together_8": (AT_LEAST, 3)},
            ),
            Row(
                question="forward and backward of a circuit of 8 and of 10 qubits (4 layers) against its matrix "
                "products at the speed of a large one, a complex product as four real ones",
                shown="{floors_8:.1f} and {floors_10:.1f} times that",
                floors={"floors_8": (AT_MOST, 4), "floors_10": (AT_MOST, 4)},
            ),
            Row(
                question="a training step (batch 64) with `--engine compiled` against PennyLane `default.qubit` with "
                "backprop",
                shown="{compiled_default_qubit_4:.0f} times faster at 4 qubits and 2 layers, "
                "{compiled_default_qubit_8:.0f} at 8 and 4",
                floors={"compiled_default_qubit_4": (AT_LEAST, 100), "compiled_default_qubit_8": (AT_LEAST, 60)},
            ),
            Row(
                question="the same step against the engine `fast`, alone and sixteen networks together",
                shown="{compiled_alone_4:.1f} and {compiled_sixteen_4:.1f} times faster at 4 qubits, "
                "{compiled_alone_8:.1f} and {compiled_sixteen_8:.1f} at 8",
                floors={},
            ),
            Row(
                question="sixteen networks together with `--engine compiled` against one after the other with `fast`",
                shown="{compiled_together_fast_4:.1f} times faster at 4 qubits, {compiled_together_fast_8:.1f} at 8",
                floors={"compiled_together_fast_4": (AT_LEAST, 6), "compiled_together_fast_8": (AT_LEAST, 3)},
            ),
            Row(
                question="the same against one after the other with `--engine compiled`",
                shown="{compiled_together_4:.1f} times faster at 4 qubits, {compiled_together_8:.1f} at 8",
                floors={"compiled_together_4": (AT_LEAST, 1), "compiled_together_8": (AT_LEAST, 1)},
            ),
            Row(
                question="the circuits of 8 and of 10 qubits with `--engine compiled` against the same products",
                shown="{compiled_floors_8:.1f} and {compiled_floors_10:.1f} times that",
                floors={"compiled_floors_8": (AT_MOST, 4), "compiled_floors_10": (AT_MOST, 4)},
            ),
        ),
    ),
    Benchmark(
        name="training_parity",
        quick=("--epochs", "3"),
        rows=(
            Row(
                question="digits, 8 qubits, 2 layers, 30 epochs, both engines in double precision",
                shown="equal curves to {difference:.0e}, best accuracy {best:.1%} for both",
                floors={"difference": (AT_MOST, 1e-5), "best_difference": (AT_MOST, 0.0)},
            ),
        ),
    ),
    Benchmark(
        name="search_speed",
        quick=("--generations", "1", "--epochs", "2"),
        rows=(
            Row(
                question="a `faqnas` search on iris (180 evaluations) with the fast engine against `engine = "
                '"pennylane"`',
                shown="{faster:.0f} times faster, the same front",
                floors={"faster": (AT_LEAST, 10), "same_front": (AT_LEAST, 1)},
            ),
            Row(
                question="a `faqnas` search on digits with 20 epochs, two workers against one",
                shown="{two_workers:.1f} times faster, the same evaluations",
                floors={"two_workers": (AT_LEAST, 1.6)},
            ),
            Row(
                question="overhead of a search beside training and costing",
                shown="{overhead:.1%} of its time",
                floors={"overhead": (AT_MOST, 0.03)},
            ),
        ),
    ),
    Benchmark(
        name="image_search",
        quick=("--quick",),
        rows=(
            Row(
                question="a `faqnas` search (180 evaluations, 5 epochs) on 60,000 images of 28 × 28, two workers",
                shown="{projected_s:.0f} s projected from a tenth of the images, {measured_s:.0f} s measured",
                floors={"measured_s": (AT_MOST, 1800)},
            ),
            Row(
                question="peak memory of all its processes, less what they take with iris, over the images in single "
                "precision",
                shown="{peak_over_data:.2f} times; {peak_mb:.0f} MB in all",
                floors={"peak_over_data": (AT_MOST, 3)},
            ),
        ),
    ),
    Benchmark(
        name="search_costs",
        quick=("--networks", "8"),
        rows=(
            Row(
                question="the 8,640 `faqnas` circuits costed on one device by two processes, from 100 of them",
                shown="{first_s:.0f} s the first time, {again_s:.0f} s with the kept choices of seeds",
                floors={"first_s": (AT_MOST, 600)},
            ),
        ),
    ),
    Benchmark(name="seeds", quick=("--starts", "1")),
    Benchmark(name="shortlist", quick=("--num-seeds", "2")),
    Benchmark(name="training_overhead"),
    Benchmark(name="attenuation_accuracy", quick=("--circuits", "6")),
    Benchmark(name="classical_time"),
    Benchmark(name="quantum_flops", quick=("--architectures", "15")),
    Benchmark(name="search_quality", quick=("--seeds", "1", "--longest", "0", "--methods", "random")),
    Benchmark(name="noisy_accuracy", quick=("--networks", "2")),
    Benchmark(name="proxy_ranks", quick=("--networks", "6")),
    Benchmark(name="early_stopping", quick=("--seeds", "1")),
    Benchmark(name="search_pool", quick=("--seeds", "1", "--generations", "1", "--fresh", "1")),
    Benchmark(name="validation_parts", quick=("--datasets", "iris", "--networks", "5", "--seeds", "2")),
    Benchmark(name="bound_attenuation", needs="the folder of compiled circuits"),
    Benchmark(name="search_table", needs="a folder for an hour of trainings"),
    Benchmark(name="hardware_attenuation", needs="the folder of the public results"),
    Benchmark(name="hardware_success", needs="the table of public benchmark results"),
    Benchmark(name="heron_profile", needs="the table of public jobs"),
    Benchmark(name="job_times", needs="the folder of job tables"),
)

HELPERS = ("__main__", "catalogue", "noted", "optuna_search")
"""Files of the folder that are no benchmarks."""
