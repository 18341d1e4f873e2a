"""Looks at the site and its pictures in a headless browser.

    python look.py HTML_FOLDER SCREENSHOTS_FOLDER

Every page on a phone and on a desk, by day and by night: nothing fails to load,
no picture is without content, nothing is wider than the window, the browser
reports no error, and axe finds nothing that somebody cannot read.  Every
picture by itself: no text leaves it or lies over another.  What was seen is
kept as screenshots, for a pair of eyes.  Exit status 1 if anything was found.
"""
import functools
import http.server
import os
import shutil
import sys
import threading

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

BROWSERS = ('chromium-headless-shell', 'chromium', 'chromium-browser',
            'google-chrome')
WIDTHS = {'phone': 390, 'desk': 1280}
SCHEMES = 'light', 'dark'
#: Without these, where no outside host answers, each start waits for some.
QUIET = ['--disable-background-networking', '--disable-component-update',
         '--disable-sync', '--no-first-run', '--disable-gpu']

PICTURES_WITHOUT_CONTENT = '''() => [...document.images].filter(
    image => !image.complete || !image.naturalWidth).map(image => image.src)'''
TOO_WIDE = '''() => document.documentElement.scrollWidth
    - document.documentElement.clientWidth'''
#: Texts of an SVG that leave it, and pairs that overlap by more than a pixel.
TEXTS = '''() => {
    const box = element => element.getBoundingClientRect();
    const whole = box(document.documentElement);
    const texts = [...document.querySelectorAll('text')];
    const found = [];
    texts.forEach((text, i) => {
        const a = box(text);
        if (a.left < whole.left || a.right > whole.right
                || a.top < whole.top || a.bottom > whole.bottom)
            found.push('leaves the picture: ' + text.textContent);
        texts.slice(i + 1).forEach(other => {
            const b = box(other);
            // Lines may touch: boxes are higher than letters.
            if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                    && Math.min(a.bottom, b.bottom)
                    - Math.max(a.top, b.top) > 5)
                found.push('one over the other: ' + text.textContent
                           + ' / ' + other.textContent);
        });
    });
    return found;
}'''


class Quiet(http.server.SimpleHTTPRequestHandler):

    def log_message(self, *args):
        pass


def serve(folder):
    """Serve *folder* on loopback, in a thread; return its address."""
    server = http.server.ThreadingHTTPServer(
        ('127.0.0.1', 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return 'http://127.0.0.1:%d/' % server.server_port


def looked_at(page, url):
    """Yield what is wrong with the page at *url*."""
    wrong = []

    def on_console(message):
        if message.type == 'error':
            wrong.append('console: ' + message.text)

    def on_response(response):
        if response.status >= 400:
            wrong.append('%d: %s' % (response.status, response.url))

    listeners = {
        'console': on_console, 'response': on_response,
        'pageerror': lambda error: wrong.append('error: %s' % error),
        'requestfailed': lambda request: wrong.append(
            'not loaded: ' + request.url)}
    for event, listener in listeners.items():
        page.on(event, listener)
    page.goto(url, wait_until='load')
    # Scrolls to the end and back, for what is loaded when it is seen.
    page.keyboard.press('End')
    page.wait_for_load_state('networkidle')
    page.keyboard.press('Home')
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    wrong += ['no content: ' + source
              for source in page.evaluate(PICTURES_WITHOUT_CONTENT)]
    wide = page.evaluate(TOO_WIDE)
    if wide > 0:
        wrong.append('%d pixels wider than the window' % wide)
    return wrong


def unreadable(page):
    """Return what axe finds, in a line each."""
    # The content; what surrounds it is the theme's.
    found = Axe().run(page, context='article', options={
        'runOnly': ['wcag2a', 'wcag2aa'],
        # Of code and tables that are wider than a phone: browsers let the
        # keyboard reach them by themselves (Chromium since 130).
        'rules': {'scrollable-region-focusable': {'enabled': False}},
    }).response['violations']
    return ['%s: %s' % (violation['id'], node['html'][:90])
            for violation in found for node in violation['nodes']]


def main(folder, screenshots):
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        sys.exit('none of %s is on PATH: apt-get install '
                 'chromium-headless-shell' % ', '.join(BROWSERS))
    pages = sorted(os.path.relpath(os.path.join(parent, name), folder)
                   for parent, _, names in os.walk(folder) for name in names
                   if name.endswith('.html') and '_static' not in parent)
    pictures = sorted(name for name in os.listdir(
        os.path.join(folder, '_images')) if name.endswith('.svg'))
    shutil.rmtree(screenshots, ignore_errors=True)
    os.makedirs(screenshots)
    address = serve(folder)
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=QUIET
            # The sandbox is not to be had as root.
            + ['--no-sandbox'] * (os.getuid() == 0))
        for scheme in SCHEMES:
            for kind, width in WIDTHS.items():
                context = browser.new_context(
                    viewport={'width': width, 'height': 900},
                    color_scheme=scheme)
                page = context.new_page()
                for name in pages:
                    wrong = looked_at(page, address + name) + unreadable(page)
                    page.screenshot(full_page=True, path=os.path.join(
                        screenshots, '%s-%s-%s.png' % (
                            name[:-len('.html')].replace(os.sep, '-'), kind,
                            scheme)))
                    for line in wrong:
                        print('%s, %s, %s: %s' % (name, kind, scheme, line))
                    failed |= bool(wrong)
                context.close()
                print('%s, %s: %d pages' % (kind, scheme, len(pages)),
                      flush=True)
            page = browser.new_page(color_scheme=scheme)
            for name in pictures:
                page.goto(address + '_images/' + name)
                wrong = page.evaluate(TEXTS)
                page.screenshot(path=os.path.join(
                    screenshots, 'picture-%s-%s.png' % (name[:-len('.svg')],
                                                        scheme)))
                for line in wrong:
                    print('%s: %s' % (name, line))
                failed |= bool(wrong)
            page.close()
            print('pictures, %s: %d' % (scheme, len(pictures)), flush=True)
        browser.close()
    print('screenshots: ' + screenshots)
    return failed


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
