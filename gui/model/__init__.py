"""What the app shows, without Qt: document, clock, selection, and what follows from them."""
