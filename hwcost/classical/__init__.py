"""FLOPs and seconds of the classical half, and of simulated circuits."""
