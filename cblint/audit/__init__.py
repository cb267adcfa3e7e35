"""Many repositories at once: where they come from, what is kept of them, and how they compare from run to run."""
