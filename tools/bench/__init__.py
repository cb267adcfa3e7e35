"""Measures an installed cblint beside its peers in one run: whole processes in turn, as ratios, with a history."""
