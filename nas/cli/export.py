"""`nas export`: a member of a front as files, or a run for other tools."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import WHOLE
from hwcost.core.click_outputs import OutputPath, writes_files


@click.command("export")
@click.argument("folder", metavar="RUN")
@click.option("--member", type=WHOLE, metavar="N", help="Number of the member, as `nas front` shows it.")
@click.option("--rank", type=WHOLE, hidden=True, help="Old name of --member.")
@click.option("-o", "output", type=OutputPath(), metavar="DIR", help="Directory for the member; made if there is none.")
@click.option("--backend", metavar="NAME|FILE", help="Compile and cost for another device than the run's.")
@click.option("--optuna", "url", metavar="sqlite:///FILE", help="Write the run as a study of Optuna.")
@click.option("--study", metavar="NAME", help="Name of that study. [default: that of the directory]")
@click.option(
    "--tensorboard", "events", type=OutputPath(), metavar="DIR", help="Write the run as scalars for TensorBoard."
)
@writes_files
def command(
    folder: str,
    member: int | None,
    rank: int | None,
    output: str | None,
    backend: str | None,
    url: str | None,
    study: str | None,
    events: str | None,
) -> int:
    """Write a member of the front: circuits as QPY (logical, trained, compiled), checkpoint, cost report.

    The network is trained again from its seed, unless the run kept its weights (nas search --keep-weights). With
    --optuna or --tensorboard the whole run is written, for optuna-dashboard or TensorBoard.
    """
    from nas.core.errors import SettingError

    if member is not None and rank is not None and member != rank:
        raise SettingError("--rank is the old name of --member; give --member")
    number = rank if member is None else member
    if (number is None) != (output is None):
        raise SettingError("--member and -o belong together: which member, and where to; give both")
    if number is None and url is None and events is None:
        raise SettingError("nothing to write; give --member and -o, or --optuna, or --tensorboard")
    if study is not None and url is None:
        raise SettingError("--study is the name of a study of Optuna; give --optuna too")
    if backend is not None and number is None:
        raise SettingError("--backend is for a member; give --member and -o too")
    if number is not None and output is not None:
        _member(folder, number, output, backend)
    if url is not None:
        _study(folder, url, study)
    if events is not None:
        _events(folder, events)
    return 0


def _member(folder: str, number: int, output: str, backend: str | None) -> None:
    from hwcost.core.text import printable
    from nas.results.export import export

    changes: dict[str, Any] = {} if backend is None else {"backend": backend}
    done = export(folder, number, output, **changes)
    click.echo(f"{printable(str(done.folder))}: {', '.join(done.files)}; validation accuracy {done.accuracy:.1%}")


def _study(folder: str, url: str, study: str | None) -> None:
    from hwcost.core.text import plural, printable
    from nas.results.optuna_study import export_study

    done = export_study(folder, url, study=study)
    click.echo(
        f"{printable(url)}: study {printable(done.name)}, {plural(done.num_trials, 'trial')}, {done.num_new} new"
    )


def _events(folder: str, output: str) -> None:
    from hwcost.core.text import printable
    from nas.results.events import export_events

    click.echo(printable(str(export_events(folder, output))))
