"""One file per attenuation method."""
