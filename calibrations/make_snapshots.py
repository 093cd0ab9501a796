"""Writes the snapshots that ship in `calibrations/backends`, from the fake provider of qiskit-ibm-runtime.

    python calibrations/make_snapshots.py

The values are those of the installed qiskit-ibm-runtime (Apache-2.0); nothing is changed but the units. A snapshot that
is there already is compared, never replaced.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.calibration.sources.snapshot import default_snapshot_path, save_snapshot

# An Eagle, a Heron and two Falcon devices of different size.
BACKENDS = ("fake_sherbrooke", "fake_torino", "fake_guadalupe", "fake_manila")


def main() -> None:
    """Save each backend below this folder."""
    folder = Path(__file__).parent / "backends"
    for name in BACKENDS:
        calibration = load_fake_backend(name)
        path = save_snapshot(calibration, folder / default_snapshot_path(calibration))
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
