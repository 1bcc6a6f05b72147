"""One command on one thread: how each kind is carried out, and what came of it."""
