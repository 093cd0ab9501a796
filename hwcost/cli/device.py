"""`hwcost device`: profiles of classical devices, and how to measure one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hwcost.cli.progress import counter
from hwcost.core.click_options import WHOLE
from hwcost.core.click_outputs import OutputPath, writes_files
from hwcost.core.reading import path_label
from hwcost.report.console import format_option, write
from hwcost.report.page import Column, Table
from hwcost.report.result import Listing
from hwcost.report.rows import flatten

if TYPE_CHECKING:
    from hwcost.classical.machine import MachineProfile

_COLUMNS = (
    *(Column(heading) for heading in ("name", "what", "basis")),
    *(Column(heading, "right") for heading in ("peak", "sustained", "an operation")),
)


@click.group("device")
def command() -> None:
    """Show and measure classical devices: what the classical half of a model runs on."""


@command.command("list")
@format_option
def list_profiles(form: str) -> None:
    """List the profiles that come with the package."""
    from hwcost.classical.machine import list_device_profiles, load_device_profile

    profiles = [load_device_profile(name) for name in list_device_profiles()]
    listing = Listing(
        title="profiles of classical devices",
        records=tuple(profile.to_dict() for profile in profiles),
        table=Table(_COLUMNS, tuple(_cells(profile) for profile in profiles), indent=0),
        rows=tuple(dict(flatten("", profile.to_dict(), skipped=frozenset())) for profile in profiles),
        notes=("`hwcost device measure -o FILE.json` measures this machine; peaks are of single precision.",),
        width=120,
    )
    write([listing], form)


def _cells(profile: MachineProfile) -> tuple[str, ...]:
    peak = profile.peak_flops_per_s
    return (
        profile.name,
        profile.description,
        profile.basis,
        "" if peak is None else f"{peak / 1e12:.3g} TFLOP/s",
        f"{profile.sustained_flops_per_s / 1e9:,.0f} GFLOP/s",
        f"{profile.overheads.operation_s * 1e6:.3g} µs",
    )


@command.command("show")
@click.argument("name", metavar="NAME|FILE")
def show(name: str) -> None:
    """Print a profile as JSON."""
    from hwcost.classical.machine import load_device_profile

    click.echo(load_device_profile(name).to_json(), nl=False)


@command.command("measure")
@click.option("-o", "--output", "path", metavar="FILE.json", type=OutputPath("device"), help="Write the profile here.")
@click.option("--name", default="this-machine", show_default=True, help="Name of the profile.")
@click.option("--device", default="cpu", show_default=True, metavar="cpu|cuda", help="What to measure.")
@click.option("--threads", type=WHOLE, metavar="N", help="CPU threads. [default: those that PyTorch takes]")
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def measure(path: str | None, name: str, device: str, threads: int | None, quiet: bool) -> None:
    """Measure this machine with PyTorch, in some 20 seconds; print the profile or write it."""
    from hwcost.classical.machine import save_device_profile
    from hwcost.classical.measure import measure_device

    profile = measure_device(name=name, device=device, threads=threads, progress=counter("measuring, step", quiet))
    if path is None:
        click.echo(profile.to_json(), nl=False)
        return
    save_device_profile(profile, path)
    click.echo(
        f"{path_label(path)}: {profile.sustained_flops_per_s / 1e9:,.0f} GFLOP/s in the largest product, "
        f"{profile.overheads.operation_s * 1e6:.3g} µs for an operation; times hold within a factor of "
        f"{profile.low_factor:.2f} to {profile.high_factor:.2f}"
    )
