"""What every room uses: errors, checks of settings, TOML."""
