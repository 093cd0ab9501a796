"""Circuits cut to a width, and what that multiplies."""
