"""What can happen in a build on paper, by name."""

ASSIGNED, UNSET, READ, RAN, DEFINED = "assigned", "unset", "read", "ran", "defined"
PRINTED, WROTE, REMOVED, MOVED = "printed", "wrote", "removed", "moved"
LOGGED, STORED, PASSED = "logged", "stored", "passed"
"""A text with labels goes to the log of the build, into a file (``name``), or to a program: in its words or input."""
