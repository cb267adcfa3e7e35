"""Input that is made to do harm: what no other folder of tests holds of docs/decisions/hostile-input.md, and the tests
of that list itself."""
