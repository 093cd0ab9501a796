"""Thresholds of the garbage collector: raised meanwhile, put back whatever happens."""

from __future__ import annotations

import gc
import threading

import pytest

from hwcost.core.garbage import SHORT_WORK, few_searches


@pytest.fixture(autouse=True)
def thresholds():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_thresholds_come_back():
    gc.set_threshold(701, 11, 12)
    with few_searches():
        assert gc.get_threshold() == SHORT_WORK
        with few_searches():
            pass
        assert gc.get_threshold() == SHORT_WORK
    assert gc.get_threshold() == (701, 11, 12)


def test_thresholds_come_back_after_an_error():
    gc.set_threshold(701, 11, 12)
    with pytest.raises(ValueError, match="no"), few_searches():
        raise ValueError("no")
    assert gc.get_threshold() == (701, 11, 12)


@pytest.mark.parametrize("own", [(0, 10, 10), (300_000, 5, 5)])
def test_a_collector_that_hardly_looks_is_left_alone(own):
    gc.set_threshold(*own)
    with few_searches():
        assert gc.get_threshold() == own
    assert gc.get_threshold() == own


def test_what_is_set_meanwhile_stays():
    gc.set_threshold(701, 11, 12)
    with few_searches():
        gc.set_threshold(5000, 11, 12)
    assert gc.get_threshold() == (5000, 11, 12)


def test_the_last_of_two_threads_puts_them_back():
    gc.set_threshold(701, 11, 12)
    inside, leave = threading.Event(), threading.Event()

    def work():
        with few_searches():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    with few_searches():
        thread.start()
        assert inside.wait(10)
    assert gc.get_threshold() == SHORT_WORK
    leave.set()
    thread.join()
    assert gc.get_threshold() == (701, 11, 12)
