"""A little SVG, by hand: text that reads on light and on dark."""
from xml.sax.saxutils import escape

STYLE = '''
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans",
         sans-serif; fill: #1f2328; }
  .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4px;
          stroke-linejoin: round; }
  .title { font-weight: 600; }
  .small { font-size: 11px; fill: #59636e; }
  .ground { fill: #ffffff; stroke: #d1d9e0; }
  .life { stroke: #818b98; stroke-width: 1.5; }
  .faint { stroke: #d1d9e0; stroke-width: 1; }
  .busy { fill: #818b98; }
  .waits { fill: #ffffff; stroke: #818b98; stroke-width: 1.5; }
  .kept { fill: #1a7f37; }
  .lost { fill: #c4320a; }
  .lost-bar { fill: url(#hatch); stroke: #c4320a; stroke-width: 1.5; }
  .hatch { stroke: #c4320a; stroke-width: 2; }
  text.kept, text.lost { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .halo { stroke: #151b23; }
    .small { fill: #9198a1; }
    .ground { fill: #151b23; stroke: #3d444d; }
    .faint { stroke: #3d444d; }
    .waits { fill: #151b23; }
    .kept { fill: #3fb950; }
    .lost { fill: #ff8f66; }
    .lost-bar, .hatch { stroke: #ff8f66; }
  }
'''
HATCH = ('<pattern id="hatch" width="5" height="5" '
         'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
         '<line class="hatch" x1="0" y1="0" x2="0" y2="5"/></pattern>')


def width(string):
    """Return about how wide *string* is, in pixels, and rather too much."""
    return 7.1 * len(string)


def text(x, y, string, style='', anchor='start'):
    return '<text class="%s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>' % (
        style, x, y, anchor, escape(string))


def line(x1, y1, x2, y2, style='life'):
    return '<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>' % (
        style, x1, y1, x2, y2)


def bar(x, y, width, height, style):
    return ('<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" '
            'rx="2"/>' % (style, x, y, max(width, 1), max(height, 1)))


def write(path, title, description, size, shapes):
    with open(path, 'w') as file:
        file.write(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
            'width="%d" height="%d" role="img" aria-labelledby="t d">\n'
            '<title id="t">%s</title>\n<desc id="d">%s</desc>\n'
            '<style>%s</style>\n<defs>%s</defs>\n%s\n%s\n</svg>\n' % (
                size + size + (escape(title), escape(description), STYLE, HATCH,
                               bar(0.5, 0.5, size[0] - 1, size[1] - 1,
                                   'ground'),
                               '\n'.join(shapes))))
