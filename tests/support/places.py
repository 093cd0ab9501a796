"""Folders and files that tests use."""

from __future__ import annotations

from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
ROOT = SUPPORT.parents[1]
EXAMPLES = ROOT / "notebooks" / "circuits"
EXAMPLE = EXAMPLES / "hqnn_8q.qpy"
TRUTH = ROOT.parent / "shared" / "truth"
"""Data for validation that is not part of the repository; tests that use it skip where it is not there."""
