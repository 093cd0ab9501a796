"""Defaults of a comparison that its command line shows."""

DEFAULT_NUM_SEEDS = 10
"""Transpiler seeds of each cell; at least six are needed before a difference can be claimed on one circuit."""
