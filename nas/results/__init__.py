"""What is made of a finished run: fronts, reports, exports."""
