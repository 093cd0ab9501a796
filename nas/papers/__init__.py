"""What papers claim, tried: searches over seeds, figures, and a table of claims with verdicts."""
