"""Predictions against exact noise simulation: `hwcost.validate`."""
