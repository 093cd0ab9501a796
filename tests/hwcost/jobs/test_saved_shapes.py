"""Circuits and shots out of the shapes in saved results, written by the client's own encoder."""

from __future__ import annotations

import base64
import io
import zlib

import numpy as np
import pytest
from qiskit_ibm_runtime import execution_span

from hwcost.core.errors import InputError
from hwcost.jobs.saved_shapes import (
    Executions,
    executions_of_chunks,
    executions_of_pubs,
    executions_of_spans,
    flat_tags,
    npy_shape,
    shots_of_items,
    tagged,
)
from saved_jobs import START, bell, estimator_result, plain, sampler_result


def span_list(result):
    held = plain(result)["__value__"]["metadata"]["execution"]["execution_spans"]
    return tagged(held, "ExecutionSpans", "ExecutionSpanCollection")["spans"]


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4), (10**6,)])
def test_shape_of_an_array_without_unpacking_it(shape):
    text = plain(np.zeros(shape, dtype=np.uint8))["__value__"]
    assert npy_shape(text) == shape


def test_what_is_no_array():
    packed = io.BytesIO()
    np.save(packed, np.array([{}], dtype=object), allow_pickle=True)
    objects = base64.b64encode(zlib.compress(packed.getvalue())).decode()
    assert npy_shape(objects) == (1,)  # the pickle in it is never reached
    headers = (b"{", b"-" * 7000 + b"1", b"[" * 7000, b"a." * 3000 + b"b", b"{'shape': (1_0,")
    lying = [base64.b64encode(zlib.compress(b"\x93NUMPY\x01\x00\xff\xff" + header)).decode() for header in headers]
    for text in ("", "AAAA", "!!", *lying):
        with pytest.raises(InputError, match="not what the client writes"):
            npy_shape(text)


def test_spans_of_each_kind():
    stop = START.replace(minute=1)
    made = [
        execution_span.SliceSpan(START, stop, {0: ((5, 100), slice(0, 500))}),
        execution_span.DoubleSliceSpan(START, stop, {1: ((2, 3, 40), slice(0, 6), slice(0, 20))}),
        execution_span.DoubleSliceSpan(START, stop, {1: ((2, 3, 40), slice(0, 6), slice(20, 40))}),
        execution_span.TwirledSliceSpan(START, stop, {2: ((32, 7, 16), True, slice(0, 224), slice(0, 16))}),
    ]
    spans = plain(execution_span.ExecutionSpans(made))["__value__"]["spans"]
    assert executions_of_spans(spans) == Executions(num_circuits=(5, 6, 224), shots=(100, 40, 16))


def test_spans_that_contradict_each_other():
    spans = span_list(sampler_result((5, 100), seconds=1.0)) + span_list(sampler_result((6, 100), seconds=1.0))
    with pytest.raises(InputError, match="PUB 0 different shapes"):
        executions_of_spans(spans)


@pytest.mark.parametrize("shape", [None, "x", [5, -1], [5, 1.5], [True, 5], [10**13, 5], [1] * 40])
def test_damaged_shapes(shape):
    span = {"__type__": "ExecutionSpan", "__value__": {"data_slices": {"0": [shape, 0, 1]}}}
    with pytest.raises(InputError):
        executions_of_spans([span])


def test_bits_of_a_sampler_and_values_of_an_estimator():
    pubs = plain(sampler_result((100,), (2, 3, 50)))["__value__"]["pub_results"]
    assert executions_of_pubs(pubs) == Executions(num_circuits=(1, 6), shots=(100, 50), has_randomizations=False)
    assert executions_of_pubs(plain(estimator_result())["__value__"]["pub_results"]) is None
    assert executions_of_pubs([]) is None


def test_chunks():
    chunks = [
        {"parts": [{"idx_item": 0, "size": 6}, {"idx_item": 1, "size": 1}]},
        {"parts": [{"idx_item": 0, "size": 4}]},
    ]
    data = [
        {"results": {"meas": {"shape": [10, 200, 5]}, "measurement_flips.meas": {"shape": [10, 1, 5]}}},
        {"results": {"meas": {"shape": [300, 5]}}},
    ]
    assert shots_of_items(data) == {0: 200, 1: 300}
    assert executions_of_chunks(chunks, shots_of_items(data)) == Executions(num_circuits=(10, 1), shots=(200, 300))
    assert executions_of_chunks(chunks, {}) is None
    for damaged in ([{}], [{"parts": [1]}], [{"parts": [{"idx_item": 0}]}]):
        with pytest.raises(InputError):
            executions_of_chunks(damaged, {0: 1})


def test_circuits_of_pubs():
    (text,) = flat_tags(plain([[bell(), None, 100]]))
    assert zlib.decompress(base64.b64decode(text)).startswith(b"QISKIT")
    assert list(flat_tags([["no circuit"], 5])) == [None, None]
    assert list(flat_tags(None)) == []
