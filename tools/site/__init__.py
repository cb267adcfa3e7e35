"""The documentation site: what mkdocs is told beside mkdocs.yml."""
