"""Readout mitigation, ZNE and PEC: circuits, shots and seconds."""
