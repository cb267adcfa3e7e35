"""Own rules: what a company asks of its buildspecs, as data that is read and never run."""
