"""Short lessons: text and scenes as data, claims that the tests recompute."""
