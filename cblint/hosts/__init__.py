"""Where buildspecs live: which files to look at, and what they are."""
