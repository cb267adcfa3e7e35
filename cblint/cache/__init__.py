"""Results of former runs, so that a file that is what it was, beside what it was, is not linted again."""
