"""What tests in a real browser share: Debian's Chromium, a page for each test, pictures of phone and desktop."""

import pathlib

from playwright.sync_api import sync_playwright

from running import run

BOUND = 300


def look_into(folder):
    """Returns a function that takes pictures of a page as it is, if there is a folder for them."""

    def look(page, name):
        if folder is None:
            return
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.screenshot(path=pathlib.Path(folder) / f"{name}-{width}-{theme}.png", full_page=True)
            fits(page, name)
        page.set_viewport_size({"width": 1280, "height": 844})

    return look


def fits(page, name):
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, f"{name} is wider than a screen of {page.viewport_size['width']}"


def in_a_page(browser):
    def call(test):
        page = browser.new_page()
        page.set_default_timeout(BOUND * 1000)
        complaints = []
        # What a server refuses, such as a wrong password or a declined card, is no fault of the page.
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" and not refusal(m.text) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            test(page)
            assert not complaints, complaints
        except Exception as error:
            raise AssertionError(f"at {page.url}") from error
        finally:
            page.close()

    return call


def refusal(text):
    return any(f"status of {status}" in text for status in (400, 401, 402, 403, 415, 422, 429))


def run_in_browser(tests):
    with sync_playwright() as playwright:
        run(tests, in_a_page(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])))
