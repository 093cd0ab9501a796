"""The version of the distribution; here, so that no room has to import the face for it."""

__version__ = "0.1.0.dev0"
