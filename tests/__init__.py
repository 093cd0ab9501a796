"""Tests, helpers, and benchmarks: `python -m tests.benchmarks`."""
