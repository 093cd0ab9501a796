"""A calibration that circuits can be compiled for: Target, pass managers, routing."""
