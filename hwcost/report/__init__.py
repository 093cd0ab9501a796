"""How any answer reads, as text, HTML, JSON and CSV; knows no subject."""
