"""One small reproduction of each paper, made once for all tests here."""

from __future__ import annotations

import pytest

from nas.papers.record import Reproduction


@pytest.fixture(scope="session")
def faqnas(tmp_path_factory) -> Reproduction:
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    from nas.papers.reproduce import reproduce

    folder = tmp_path_factory.mktemp("faqnas")

    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    # Stopped in the middle and resumed, as every user may.
    with pytest.raises(KeyboardInterrupt):
        reproduce("faqnas", folder, datasets=("iris",), num_seeds=2, quick=True, progress=interrupt)
    assert len(list((folder / "runs-quick").iterdir())) == 2
    assert not list(folder.glob("claims.*"))
    return reproduce("faqnas", folder, datasets=("iris",), num_seeds=2, quick=True)
