"""One file per origin of a calibration; `registry` lists them."""
