"""`hwcost estimate-job`."""

from __future__ import annotations

from typing import Any

import click

from hwcost.cli.options import live_options, request_options, resolve_backend
from hwcost.cli.outputs import check_plot, output_option, plot_option
from hwcost.cli.progress import counter
from hwcost.core.click_options import taken
from hwcost.core.click_outputs import writes_files
from hwcost.estimation.options import EstimateRequest
from hwcost.primitives.request import JOB_CIRCUIT_OPTIONS, JobRequest
from hwcost.report.console import format_option, write


@click.command("estimate-job")
@click.argument("pubs", metavar="FILE.py:PUBS|FILE")
@click.option("--backend", "-b", required=True, metavar="NAME|FILE", help="fake_torino, ibm_torino or a file.")
@live_options
@click.option(
    "options_file",
    "--options",
    metavar="FILE",
    help="Options as IBM's client takes them, nested: JSON, TOML or file.py:name. [default: IBM's]",
)
@request_options(JobRequest)
@request_options(EstimateRequest, JOB_CIRCUIT_OPTIONS)
@format_option
@output_option
@plot_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@writes_files
def command(
    pubs: str,
    backend: str,
    options_file: str | None,
    form: str,
    output: str | None,
    plot: str | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Cost a job as it is submitted: the PUBs and options of an Estimator or a Sampler, or a QuantumProgram.

    PUBS is a list of PUBs, or a function that makes one, written `file.py:name` or `module:name`; a circuit file is a
    job of the Sampler.
    """
    from hwcost.primitives.files import load_options, load_pubs
    from hwcost.primitives.job import estimate_job_as

    check_plot(plot)
    circuits = {name: options.pop(name) for name in JOB_CIRCUIT_OPTIONS}
    request = JobRequest(
        circuits=EstimateRequest(transpile=options["transpile"], **circuits), **taken(JobRequest, options)
    )
    device = resolve_backend(backend, options)
    settings = None if options_file is None else load_options(options_file)
    cost = estimate_job_as(request, load_pubs(pubs), device, settings, progress=counter("circuit", quiet))
    write([cost], form, output=output)
    if plot is not None:
        cost.plot(path=plot)
    return 0
