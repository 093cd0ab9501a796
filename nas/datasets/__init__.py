"""Data sets from packages and files, scaled and split."""
