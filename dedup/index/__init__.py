"""The corpus index: what `check` remembers of a corpus, so that a few new files are judged in a moment."""
