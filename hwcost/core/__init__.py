"""What every room uses and what knows no subject: errors, text, units, files."""
