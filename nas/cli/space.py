"""`nas space`: genes, genomes and distinct architectures of a search space."""

from __future__ import annotations

import click


@click.command("space")
@click.argument("name", required=False, metavar="NAME|FILE.toml")
@click.option("--genes", "vocabulary", is_flag=True, help="Show which genes a space of your own may have.")
@click.option("--random", "num_random", type=int, default=0, metavar="N", help="Also print N random genomes.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the random genomes.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(name: str | None, vocabulary: bool, num_random: int, seed: int, form: str) -> int:
    """Show a search space: faqnas, hyb-hanas, qnas, or a TOML file of your own.

    Genomes that build the same network are one architecture. Dead weights are angles that can influence no output, such
    as those of an RZ after the last RX or RY before a measurement of Z.
    """
    import json

    import numpy as np

    from nas.errors import SettingError
    from nas.search_space import format_genome
    from nas.spaces import count_architectures, list_spaces, load_space
    from nas.vocabulary import WORDS, known_names

    if vocabulary:
        for word, shown in zip(WORDS, known_names(), strict=True):
            values = word.values
            texts = isinstance(values[0], (str, bool))
            allowed = ", ".join(map(str, values)).lower() if texts else f"{values[0]:g} to {values[1]:g}"
            click.echo(f"{shown:22} {word.meaning}: {allowed}")
        return 0
    if name is None:
        for preset in list_spaces():
            space = load_space(preset)
            click.echo(f"{preset:10} {space.num_genomes:>14,} genomes  {space.description}")
        return 0
    if not 0 <= num_random <= 10_000 or not 0 <= seed < 2**63:
        raise SettingError(
            f"--random is {num_random} and --seed {seed}; give 0 to 10000 genomes and a seed that is not negative"
        )
    space = load_space(name)
    size = count_architectures(space)
    rng = np.random.default_rng(seed)
    genomes = [space.random_genome(rng) for _ in range(num_random)]
    if form == "json":
        plain = {
            "name": space.name,
            "description": space.description,
            "genes": {gene.name: list(gene.choices) for gene in space.genes},
            "num_genomes": size.num_genomes,
            "num_architectures": size.num_architectures,
            "num_circuits": size.num_circuits,
            "num_circuits_with_dead_weights": size.num_with_dead_weights,
        }
        click.echo(json.dumps(plain | ({"random": genomes} if genomes else {}), indent=2, ensure_ascii=False))
        return 0
    click.echo(f"{space.name}: {space.description}\n" if space.description else f"{space.name}\n")
    for gene in space.genes:
        choices = ", ".join(str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in gene.choices)
        click.echo(f"  {gene.name:20} {choices}")
    click.echo(f"\n{size.num_genomes:,} genomes")
    click.echo(
        "distinct architectures: too many to be written out"
        if size.num_architectures is None
        else f"{size.num_architectures:,} distinct architectures"
    )
    if size.num_circuits is not None:
        line = f"{size.num_circuits:,} distinct circuits"
        if size.num_with_dead_weights is not None:
            line += f", {size.num_with_dead_weights:,} of them with dead weights"
        click.echo(line)
    for genome in genomes:
        click.echo(format_genome(genome))
    return 0
