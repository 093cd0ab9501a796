"""From noise to shots: what is left of each observable, and what it takes to measure it."""
