"""Arrays in files: what their headers claim, and every way in which they can lie."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import numpy as np
import pytest

from hwcost.core.arrays import read_npy_array, read_npz_arrays
from hwcost.core.errors import InputError

LIMIT = 10**6


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def npy_of_header(header: str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    text = header.encode() + b"\n"
    length = struct.pack("<H" if version == b"\x01\x00" else "<I", len(text))
    return b"\x93NUMPY" + version + length + text + data


def claim(descr: str = "'<f8'", order: str = "False", shape: str = "(2, 3)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def npz(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return buffer.getvalue()


def array_in(data: bytes) -> np.ndarray:
    return read_npy_array(io.BytesIO(data), "a.npy", num_bytes=len(data), limit_bytes=LIMIT)


def arrays_in(data: bytes, **settings: object) -> dict[str, np.ndarray]:
    return read_npz_arrays(io.BytesIO(data), "a.npz", limit_bytes=LIMIT, **settings)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(6, dtype=">i2"),
        np.array(1.5, dtype="f2"),
        np.array(["a", "bc"]),
        np.array([b"a", b"bc"]),
        np.zeros((0, 3)),
        np.array([True, False]),
    ],
)
def test_arrays_come_back_as_they_were_written(array):
    found = array_in(npy(array))
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype.newbyteorder("=")
    assert found.flags.writeable
    (same,) = arrays_in(npz(x=npy(array))).values()
    np.testing.assert_array_equal(same, array)


LIES = {
    "nothing": b"",
    "other file": b"PK\x03\x04" * 10,
    "pickle": b"\x80\x04\x95\x00.",
    "version 9": npy_of_header(claim(), bytes(48), b"\x09\x00"),
    "no literal": npy_of_header("not a header"),
    "unclosed": npy_of_header("{'descr': ("),
    "deep": npy_of_header("(" * 5000),
    "long": npy_of_header(claim() + " " * 20_000, bytes(48)),
    "no dict": npy_of_header("[1, 2]"),
    "code": npy_of_header("__import__('os').getcwd()"),
    "bytes": npy_of_header(claim())[:-3] + b"\xff\xfe\n",
    "missing key": npy_of_header("{'descr': '<f8'}"),
    "no dtype": npy_of_header(claim(descr="'nonsense'")),
    "dtype of a number": npy_of_header(claim(descr="1")),
    "objects": npy_of_header(claim(descr="'|O'"), bytes(48)),
    "record": npy_of_header(claim(descr="[('a', '<f4'), ('b', '<f4')]"), bytes(48)),
    "void": npy_of_header(claim(descr="'|V1000000000'"), bytes(48)),
    "void of nothing": npy_of_header(claim(descr="'|V0'")),
    "text of nothing": npy_of_header(claim(descr="'<U0'", shape="(10000000000000,)")),
    "dates": npy_of_header(claim(descr="'<M8[s]'"), bytes(48)),
    "huge item": npy_of_header(claim(descr="'<U999999999999999999999'")),
    "order of text": npy_of_header(claim(order="'yes'"), bytes(48)),
    "shape of a number": npy_of_header(claim(shape="6"), bytes(48)),
    "shape of bools": npy_of_header(claim(shape="(True, 6)"), bytes(48)),
    "shape of floats": npy_of_header(claim(shape="(2.0, 3)"), bytes(48)),
    "shape of text": npy_of_header(claim(shape="('2', 3)"), bytes(48)),
    "negative": npy_of_header(claim(shape="(-2, -3)"), bytes(48)),
    "too large": npy_of_header(claim(shape="(1000, 1000)"), bytes(48)),
    "beyond 64 bits": npy_of_header(claim(shape="(10000000000000000000000,)"), bytes(48)),
    "huge and empty": npy_of_header(claim(shape="(0, 10000000000000000000000)")),
    "huge product and empty": npy_of_header(claim(shape=f"(0, {', '.join(['1000000000'] * 5)})")),
    "many axes": npy_of_header(claim(shape=f"({'1, ' * 70})"), bytes(8)),
    "400 digits": npy_of_header(claim(shape=f"(1{'0' * 400},)"), bytes(48)),
    "5000 digits": npy_of_header(claim(shape=f"(1{'0' * 5000},)"), bytes(48)),
    "less than it says": npy_of_header(claim(), bytes(47)),
    "more than it says": npy_of_header(claim(), bytes(49)),
    "no characters": npy_of_header(claim(descr="'<U1'", shape="(2,)"), b"\xff" * 8),
    "half characters": npy_of_header(claim(descr="'<U1'", shape="(1,)"), struct.pack("<I", 0xD800)),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", LIES)
def test_every_lie_is_one_line(name):
    for read in (lambda: array_in(LIES[name]), lambda: arrays_in(npz(x=LIES[name]))):
        with pytest.raises(InputError) as caught:
            read()
        message = str(caught.value)
        assert "\n" not in message
        assert len(message) < 600
        assert message.startswith(("a.npy: ", "a.npz, x: "))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no archive", "not an NPZ file of numbers"),
        (npz(x=npy(np.zeros(3)))[:150], "not an NPZ file of numbers"),
        (npz(), "no array x, y; found none; name them x, y"),
        (npz(a=npy(np.zeros(3))), "no array x, y; found a; name them x, y"),
        (npz(x=bytes(2 * LIMIT), y=b""), "unpacks to 2,000,000 bytes; at most 1,000,000 are read"),
    ],
)
def test_archives_that_are_none(data, message):
    with pytest.raises(InputError, match=message):
        arrays_in(data, names={"": ("x", "y")})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_given_twice_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for _ in range(2):
            archive.writestr("x.npy", npy(np.zeros(3)))
    with pytest.raises(InputError, match="holds 'x' 2 times"):
        arrays_in(buffer.getvalue())


def test_a_member_that_says_it_is_larger_is_refused():
    data = bytearray(npz(x=npy_of_header(claim(shape="(1000,)"), bytes(800))))
    size = struct.pack("<I", len(npy_of_header(claim(shape="(1000,)"), bytes(800))))
    larger = struct.pack("<I", struct.unpack("<I", size)[0] + 7200)
    assert data.count(size) == 2
    with pytest.raises(InputError, match="cut off after|not an NPZ file of numbers"):
        arrays_in(bytes(data.replace(size, larger)))


@pytest.mark.filterwarnings("error")
def test_changed_bytes_give_arrays_or_a_refusal():
    chance = random.Random(1)
    good = npz(x=npy(np.arange(40.0).reshape(20, 2)), y=npy(np.array(["a", "b"] * 10)))
    stored = io.BytesIO()
    np.savez(stored, x=np.arange(40).reshape(20, 2))
    num_refused = 0
    for source in (good, stored.getvalue(), npy(np.arange(40.0))):
        for _ in range(400):
            data = bytearray(source)
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                array_in(bytes(data)) if source.startswith(b"\x93") else arrays_in(bytes(data))
            except InputError as error:
                num_refused += 1
                assert "\n" not in str(error)
    assert 300 < num_refused < 1200
