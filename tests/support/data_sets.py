"""Data for tests of data sets: small ones, files of MNIST in small, and the message that refuses a source."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from nas.core.errors import DataError
from nas.datasets.binary import IDX_FILES, idx_bytes
from nas.datasets.dataset import dataset_from_arrays, load_dataset

NUM_TRAINING, NUM_TEST, SIDE = 40, 10, 3


def image_arrays(seed=0, side=SIDE):
    rng = np.random.default_rng(seed)
    labels = np.arange(NUM_TRAINING + NUM_TEST, dtype=np.uint8) % 10
    images = rng.integers(0, 256, (len(labels), side, side), dtype=np.uint8)
    return images[:NUM_TRAINING], labels[:NUM_TRAINING], images[NUM_TRAINING:], labels[NUM_TRAINING:]


def write_idx_files(folder, arrays, *, suffix="", rename=lambda name: name):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(IDX_FILES, arrays, strict=True):
        data = idx_bytes(array)
        (folder / (rename(name) + suffix)).write_bytes(gzip.compress(data) if suffix else data)
    return folder


def refusal(source, **options):
    """The message that refuses a source: one line that can be printed."""
    with pytest.raises(DataError) as error:
        load_dataset(str(source), **options)
    text = str(error.value)
    assert text.isprintable()
    return text


def two_classes(num_samples, **options):
    """Feature i·1.5, label i mod 2."""
    return dataset_from_arrays(1.5 * np.arange(num_samples)[:, None], np.arange(num_samples) % 2, **options)
