"""A QR code in the terminal."""

import io

import segno

from node.console.language import Text, same


def qr_view(text: str) -> Text:
    """The code as lines of half blocks, for a scanner held to the screen."""
    drawn = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(drawn, compact=True)
    return same(drawn.getvalue())
