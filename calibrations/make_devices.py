"""Writes the device profiles that rest on data sheets: `python calibrations/make_devices.py`.

Peaks are from NVIDIA's data sheets, single precision without tensor cores (PyTorch's default for products). What a
data sheet does not say is assumed, labelled in each profile, and covered by a wide interval.
"""

from __future__ import annotations

from pathlib import Path

from hwcost.classical.machine import MachineProfile, Overheads, save_device_profile

SUSTAINED_SHARE = 0.6
NARROW_SHARE = 0.05
LAUNCH_S = 10e-6
BYTES_PER_S_SHARE = 0.7

# name, description, peak FLOP/s, memory bytes/s, source
SHEETS = [
    ("t4", "NVIDIA T4, 16 GB", 8.1e12, 320e9, "NVIDIA T4 Tensor Core GPU data sheet"),
    ("v100-sxm2", "NVIDIA V100 SXM2", 15.7e12, 900e9, "NVIDIA V100 Tensor Core GPU data sheet"),
    ("a100-sxm4", "NVIDIA A100 SXM, 80 GB", 19.5e12, 2039e9, "NVIDIA A100 80GB data sheet"),
    ("h100-sxm5", "NVIDIA H100 SXM, 80 GB", 67e12, 3350e9, "NVIDIA H100 Tensor Core GPU data sheet"),
    ("rtx-4090", "NVIDIA GeForce RTX 4090", 82.6e12, 1008e9, "NVIDIA Ada GPU Architecture white paper"),
]  # fmt: skip

NOTES = (
    f"assumed: wide matrix products sustain {SUSTAINED_SHARE:.0%} of the peak, those with a dimension below 8 "
    f"{NARROW_SHARE:.0%}",
    f"assumed: {LAUNCH_S * 1e6:g} µs for each operation, PyTorch and a kernel launch; small models are all of it",
    f"assumed: element-wise work reaches {BYTES_PER_S_SHARE:.0%} of the memory bandwidth",
    "not measured: the interval of 0.3 to 3 times is a convention; `hwcost device measure --device cuda` replaces it",
)


def main() -> None:
    """Write one file for each sheet."""
    folder = Path(__file__).parent / "devices"
    for name, description, peak, bandwidth, source in SHEETS:
        wide = ((1e3, 1e3 / (SUSTAINED_SHARE * peak)),)
        narrow = ((1e3, 1e3 / (NARROW_SHARE * peak)),)
        profile = MachineProfile(
            name=name,
            description=description,
            kind="gpu",
            basis="data sheet",
            peak_flops_per_s=peak,
            products=((8, narrow), (512, wide)),
            convolutions=wide,
            overheads=Overheads(
                call_s=0.0,
                module_s=0.0,
                operation_s=LAUNCH_S,
                view_s=0.0,
                backward_operation_s=LAUNCH_S,
                step_s=10 * LAUNCH_S,
                tensor_s=0.0,
                parameter_s=28.0 / (BYTES_PER_S_SHARE * bandwidth),
                byte_s=1.0 / (BYTES_PER_S_SHARE * bandwidth),
            ),
            low_factor=0.3,
            high_factor=3.0,
            source=source,
            date="2026-11-21",
            notes=NOTES,
        )
        save_device_profile(profile, folder / f"{name}.json")


if __name__ == "__main__":
    main()
