"""How `make docs` builds the documentation: Sphinx, pages in Markdown, strict."""

project = "Kizuna"
author = "The Kizuna authors"
copyright = "The Kizuna authors, Apache-2.0"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
root_doc = "index"
exclude_patterns = ["decisions/template.md"]
default_role = "literal"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = "Kizuna"
html_show_sourcelink = False
html_copy_source = False
