"""The exceptions of `hwcost`.

::

    HwcostError
    ├── InputError (also ValueError)          the caller's input is at fault: exit code 2
    │   ├── CircuitError                      a circuit cannot be read or cannot be costed
    │   │   └── NotNativeError                an operation is not one of the device's own
    │   ├── CalibrationError                  a calibration is missing, malformed or unusable
    │   │   └── UnknownBackendError           no calibration of that name
    │   └── OptionError                       the value of an option is invalid
    └── MissingDependencyError (also ImportError)   an optional package is not installed

A message is one line: what is wrong, the value found, where, and what to do.
"""

from __future__ import annotations


class HwcostError(Exception):
    """Base of every exception that `hwcost` raises on purpose."""


class InputError(HwcostError, ValueError):
    """The caller's input is at fault; the message says what to change."""


class CircuitError(InputError):
    """A circuit cannot be read, or cannot be costed."""


class NotNativeError(CircuitError):
    """An operation is not one of the device's own, or cannot be used there; compiling the circuit helps.

    Who knows where the circuit came from adds what to do: a user of `estimate` may transpile, a compiler is wrong.
    """


class CalibrationError(InputError):
    """A calibration is missing, malformed, or does not support what is asked of it."""


class UnknownBackendError(CalibrationError):
    """No calibration of that name is known."""


class OptionError(InputError):
    """The value of an option is invalid."""


class MissingDependencyError(HwcostError, ImportError):
    """An optional package is needed and not installed; the message names the extra."""
