"""One circuit on one device: `hwcost.estimate`."""
