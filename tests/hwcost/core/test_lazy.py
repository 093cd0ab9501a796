"""Names of a package are loaded on first use, once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "lazy_example"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from hwcost.core.lazy import lazy_names\n"
        "__getattr__, __dir__ = lazy_names(__name__, {'value': 'inner.home', 'absent': 'inner.home'})\n"
    )
    (folder / "inner" / "__init__.py").write_text("")
    (folder / "inner" / "home.py").write_text("value = object()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "lazy_example"
    for name in [name for name in sys.modules if name.startswith("lazy_example")]:
        del sys.modules[name]


def test_a_name_is_loaded_on_first_use(package: str) -> None:
    module = __import__(package)
    assert "lazy_example.inner.home" not in sys.modules
    value = module.value
    assert sys.modules["lazy_example.inner.home"].value is value
    assert vars(module)["value"] is value


def test_dir_has_the_public_names_and_others_are_refused(package: str) -> None:
    module = __import__(package)
    assert dir(module) == ["absent", "value"]
    with pytest.raises(AttributeError, match="module 'lazy_example' has no attribute 'nonsense'"):
        _ = module.nonsense
    with pytest.raises(AttributeError):
        _ = module.absent


def test_a_room_can_be_called_like_the_function_of_its_name(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hwcost.core.lazy import make_callable

    module = __import__(package)
    make_callable(package, "inner", "inner.home", "value")
    home = __import__(f"{package}.inner.home", fromlist=["value"])
    monkeypatch.setattr(home, "value", lambda *arguments, **options: (arguments, options))
    assert module.inner(1, two=2) == ((1,), {"two": 2})
    assert module.inner.home is home
