"""`nas supercircuit`: shared weights trained once, and whether they rank networks."""

from __future__ import annotations

from typing import Any

import click

from hwcost.core.click_options import given, options_of
from hwcost.core.click_outputs import OutputPath, replaces_nothing
from hwcost.report.console import format_option, write
from nas.results.supercircuit import StudySettings
from nas.runs.config import SearchConfig

_KEYS = (
    *("preset", "space", "dataset", "max", "min", "seed", "epochs", "batch_size", "learning_rate", "dtype"),
    *("label", "data_folder", "scaling", "test_fraction", "validation_fraction", "split_seed", "max_samples"),
)
"""Keys of a search that such a study has too."""


@click.command("supercircuit")
@click.option(
    "-o", "folder", type=OutputPath(), metavar="DIR", help="Keep everything, so that the same command continues."
)
@options_of(StudySettings)
@format_option
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
@options_of(SearchConfig, _KEYS, given_only=True)
@replaces_nothing
def command(folder: str | None, form: str, quiet: bool, **options: Any) -> int:
    """Train a SuperCircuit and say whether what networks inherit from it ranks them.

    Weights that all networks of a space share are trained once, over networks drawn at each step. Random networks are
    then scored with the weights that they inherit, trained further from them, and trained on their own with several
    seeds. The answer is how well each way ranks them, beside figures that cost nothing, and what CPU time it takes.
    """
    from nas.cli.progress import counter
    from nas.results.supercircuit import supercircuit
    from nas.runs.config import config_from_dict

    settings = {name: options.pop(name) for name in StudySettings.__dataclass_fields__}
    # Objectives play no part; those of a preset may need a device.
    config = config_from_dict({**given(options), "objectives": "validation_error,parameters"})
    try:
        with counter("SuperCircuit", quiet) as progress:
            study = supercircuit(config, folder, progress=progress, **settings)
    except KeyboardInterrupt:
        from hwcost.core.text import say

        kept = "everything that was finished is kept, the same command continues" if folder else "nothing is kept"
        say(f"stopped; {kept}", program="nas")
        raise click.exceptions.Exit(130) from None
    write([study], form)
    return 0
