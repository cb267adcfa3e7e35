"""What can happen in a build on paper, by name."""

ASSIGNED, UNSET, READ, RAN, DEFINED = "assigned", "unset", "read", "ran", "defined"
PRINTED, WROTE, REMOVED, MOVED = "printed", "wrote", "removed", "moved"
