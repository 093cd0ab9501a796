"""One file per origin of a calibration."""
