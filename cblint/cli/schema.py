"""``cblint schema``: the JSON schemas, for editors and programs."""

from __future__ import annotations

import click

from cblint.facts import PUBLISHED, published


@click.command(short_help="Print a JSON schema: of buildspecs, the configuration, the output.")
@click.argument("name", type=click.Choice(PUBLISHED), default=PUBLISHED[0])
def schema(name: str) -> None:
    """Print a JSON schema.

    NAME is buildspec (the default: what a buildspec may hold, for editors), config (.cblint.yml) or output (what
    --format json prints).
    """
    click.echo(published(name), nl=False)
