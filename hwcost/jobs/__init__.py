"""Seconds of a whole job: profiles, predictions, fits from timed jobs, scores."""
