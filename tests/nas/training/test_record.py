"""Names of devices."""

from __future__ import annotations

import pytest

from nas.training.record import is_train_device


@pytest.mark.parametrize(
    ("name", "known"),
    [
        *[("cpu", True), ("cuda", True), ("cuda:0", True), ("cuda:12", True)],
        *[("auto", False), ("CPU", False), ("cuda:", False), ("cuda:123", False), ("cuda:١", False), ("cpu\n", False)],
        *[("", False), (None, False), (0, False), (["cpu"], False)],
    ],
)
def test_names_of_devices(name, known):
    assert is_train_device(name) == known
