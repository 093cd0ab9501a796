"""Search spaces as data: genes, genomes, presets."""
