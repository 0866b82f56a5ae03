"""How the documentation is built: `make docs`."""

from __future__ import annotations

from pytest_ramsts import __version__

project = "pytest-ramsts"
author = "The pytest-ramsts authors"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = __version__

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 2
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "pytest-ramsts"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_show_copyright = False
