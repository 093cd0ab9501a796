"""One small reproduction of each paper, made once for all tests here."""

from __future__ import annotations

import pytest

from nas.papers.record import Reproduction


@pytest.fixture(scope="session")
def faqnas(tmp_path_factory) -> Reproduction:
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    from nas.papers.reproduce import reproduce

    return reproduce("faqnas", tmp_path_factory.mktemp("faqnas"), datasets=("iris",), num_seeds=2, quick=True)
