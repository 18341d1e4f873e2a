"""The site, built by `nox -s docs`; tables.py makes what can be computed."""
import ast
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path[:0] = [ROOT, HERE]

import backport  # noqa: E402
import tables  # noqa: E402
from sphinx.util import logging  # noqa: E402

project = 'backport'
author = 'The backport authors'
copyright = '2026, The backport authors. Licence: PSF-2.0'
release = version = backport.__version__

extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinxarg.ext']
exclude_patterns = ['figures']
default_role = 'code'       # `this` in docstrings
nitpicky = True
myst_enable_extensions = ['substitution', 'deflist']
myst_heading_anchors = 3
myst_substitutions = {
    'sources': tables.sources(), 'costs': tables.costs(),
    'starts': tables.starts(), 'imports': tables.imports(),
    'explored': tables.explored(), 'runs': tables.runs()}
autodoc_member_order = 'bysource'

html_theme = 'furo'
html_title = 'backport ' + release
html_favicon = '_static/icon.svg'
html_static_path = ['_static']
html_css_files = ['backport.css']
html_copy_source = False
html_theme_options = {'sidebar_hide_name': False}

# The bug tracker answers robots with an error page now and then.
linkcheck_retries = 2
linkcheck_timeout = 20
linkcheck_workers = 4


def links_to_the_repository(app, name, source):
    """Turn links to files outside of docs/, which the site does not have.

    The first page says what the README says; other links become their words.
    """
    source[0] = source[0].replace('](../README.md', '](index.md').replace(
        '](../CHANGELOG.md', '](changelog.md')
    source[0] = re.sub(r'\[([^]\[]+)\]\(\.\./[^)]*\)', r'\1', source[0])


def messages_that_nobody_prints(app, env):
    """Warn of texts in the troubleshooting tables that no source has."""
    texts = set()
    for path in glob.glob(os.path.join(ROOT, 'backport', '**', '*.py'),
                          recursive=True):
        with open(path) as file:
            texts.update(node.value for node in ast.walk(ast.parse(file.read()))
                         if isinstance(node, ast.Constant)
                         and isinstance(node.value, str))
    with open(os.path.join(HERE, 'troubleshooting.md')) as file:
        cells = [line.split('|')[1] for line in file if line.startswith('| `')]
    for message in re.findall('`(.+?)`', ' '.join(cells)):
        for part in re.sub('^[a-z-]+: ', '', message).split('...'):
            if not any(part.strip(' :;,."()') in text for text in texts):
                logging.getLogger(__name__).warning(
                    'troubleshooting.md: no source has "%s"', part)


def setup(app):
    app.connect('env-updated', messages_that_nobody_prints)
    app.connect('source-read', links_to_the_repository)
