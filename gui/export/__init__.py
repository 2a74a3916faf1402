"""Pictures and films, on screen or without one, and how they are opened again."""
