"""Programs for those who work on cblint."""
