"""Training one network, or many at once, and keeping what was trained."""
