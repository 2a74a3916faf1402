"""The window: actions, docks, transport, workers, settings, command line."""
