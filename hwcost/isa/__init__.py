"""A compiled circuit as columns of numbers, and when each operation runs."""
