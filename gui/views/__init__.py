"""One widget for each way to look at the system at a time."""
