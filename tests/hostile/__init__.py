"""Input that is made to do harm: what no other folder of tests holds of docs/decisions/limits.md, and the tests
of that list itself."""
