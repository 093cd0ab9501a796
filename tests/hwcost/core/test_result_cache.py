"""Texts that are kept in a file: found again, by key, in any process; what is no file of ours is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcost.core.errors import OptionError
from hwcost.core.result_cache import (
    DEFAULT_NAMES,
    ResultCache,
    cache_path,
    default_cache_path,
    is_default,
    result_key,
)


def test_what_is_put_is_found_again(tmp_path):
    path = tmp_path / "x.sqlite3"
    with closing(ResultCache(path)) as cache:
        assert cache.get_text(b"a") is None
        assert cache.is_empty()
        cache.put_texts([(b"a", "one"), (b"b", "two")])
        assert not cache.is_empty()
        cache.put_texts([(b"a", "three")])
    with closing(ResultCache(path)) as cache, closing(ResultCache(path)) as other:
        assert (cache.get_text(b"a"), other.get_text(b"b"), cache.get_text(b"c")) == ("three", "two", None)
        assert cache.warnings == other.warnings == []


def test_without_a_file_nothing_is_kept():
    with closing(ResultCache(None)) as cache:
        cache.put_texts([(b"a", "one")])
        assert cache.get_text(b"a") is None
        assert cache.is_empty()


def test_other_databases_are_not_written_to(tmp_path):
    path = tmp_path / "x.sqlite3"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE cells (mine)")
        base.commit()
    before = path.read_bytes()
    with pytest.raises(OptionError, match="is not a cache of hwcost"):
        ResultCache(path)
    assert path.read_bytes() == before


def test_a_damaged_default_file_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in DEFAULT_NAMES:
        path = default_cache_path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no database" * 100)
        with closing(ResultCache(path)) as cache:
            cache.put_texts([(b"a", "one")])
            assert cache.get_text(b"a") == "one"
            assert len(cache.warnings) == 1
        assert path.with_name(f"{name}.damaged").read_bytes() == b"no database" * 100


def test_which_file_is_meant(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    name = DEFAULT_NAMES[1]
    assert cache_path(True, name) == default_cache_path(name) == tmp_path / "hwcost" / name
    assert (cache_path(False, name), cache_path("a.db", name)) == (None, Path("a.db"))
    assert is_default(default_cache_path(name))
    assert not is_default(tmp_path / name)
    for wrong in ("", 3, None):
        with pytest.raises(OptionError, match="^cache is "):
            cache_path(wrong, name)


@given(parts=st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_keys_hang_on_content_and_not_on_order(parts):
    assert result_key(parts) == result_key(dict(reversed(parts.items())))
    assert result_key({**parts, "more": 1}) != result_key({**parts, "more": 2})
