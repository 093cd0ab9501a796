"""Whole hybrid models: `hwcost.estimate_model`."""
