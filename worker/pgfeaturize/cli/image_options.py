"""Options that several commands have for the image files of folders."""

from typing import Annotated

import typer

Include = Annotated[
    list[str] | None,
    typer.Option(
        help='Take only files of folders that match, whatever their suffix: "*.jpg", "2024/*"; may be repeated.'
    ),
]
Exclude = Annotated[
    list[str] | None, typer.Option(help='Leave out files and folders that match: "*_small.*", "raw"; may be repeated.')
]
