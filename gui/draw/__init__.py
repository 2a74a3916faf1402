"""Painting: palettes, rasters, world lines that stay quick at a million segments."""
