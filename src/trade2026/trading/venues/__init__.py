"""The edge to venues with a life of their own: what is sent, how far they are trusted, what became of it."""
