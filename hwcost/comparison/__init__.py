"""Circuits on backends by compilers with seeds, side by side: `hwcost.compare`."""
