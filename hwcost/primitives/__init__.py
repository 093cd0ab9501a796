"""Jobs as they are submitted: PUBs and options of the Estimator and the Sampler, counted and costed."""
