"""The page on which gamma bends the field, in a frame of a notebook."""

from __future__ import annotations

from html import escape
from pathlib import Path

from . import _scorelab


class Page:
    """One file of HTML that needs no network; a notebook shows it in a frame."""

    def __init__(self, html: str, height: int) -> None:
        self.html = html
        self.height = height

    def save(self, path: str | Path) -> None:
        """Writes the file."""
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{self.height}px;border:0"
        return f'<iframe sandbox="allow-scripts allow-downloads" style="{style}" srcdoc="{escape(self.html)}"></iframe>'


def page(
    scene: _scorelab.Scene | str = "animals",
    *,
    lang: str = "en",
    theme: str | None = None,
    height: int = 720,
) -> Page:
    """The page, with this scene first; `theme` is light, dark or print, or None for what the reader's system has."""
    return Page(_scorelab._page(scene, lang, theme), height)
