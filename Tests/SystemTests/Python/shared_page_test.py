"""The page of a shared output, as people open it: in a real browser, on a phone and on a desk, light and dark.

    pip install playwright==1.65.2
    python shared_page_test.py http://127.0.0.1:8080 LINK LINK-THAT-ENDED [FOLDER]

Needs Debian's chromium. The output of LINK is a picture of the sandbox with its prompt shown, which contains markup that
would change the title. With a FOLDER, pictures of the page are put there.
"""

import sys

from browser import fits, look_into, run_in_browser

SERVER, LINK, ENDED = sys.argv[1:4]
look = look_into(sys.argv[4] if len(sys.argv) > 4 else None)
PICTURE = "document.querySelector('.shared img')"


def opened(page, width, theme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)
    response = page.goto(LINK)
    page.wait_for_function(f"{PICTURE}.complete")
    return response


def the_picture_is_there_on_every_screen_and_the_prompt_runs_nothing(page):
    backgrounds = set()
    for width in (390, 1280):
        for theme in ("light", "dark"):
            response = opened(page, width, theme)
            assert response.status == 200, response.status
            assert page.title() == "A shared picture", page.title()
            size = page.evaluate(f"[{PICTURE}.naturalWidth, {PICTURE}.clientWidth, {PICTURE}.clientHeight]")
            assert all(pixels > 200 for pixels in size), size
            assert page.locator("blockquote").inner_text().startswith("a red dress <img src=x onerror=")
            assert page.locator(".shared img").count() == 1 and page.locator("script").count() == 0
            assert page.locator("[onload], [onerror]").count() == 0
            assert page.get_by_text("Made by the sandbox, not AI.").is_visible()
            backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            fits(page, "a shared page")
    assert len(backgrounds) == 2, backgrounds
    look(page, "shared")


def it_asks_nobody_else_sets_no_cookie_and_wants_no_search_engine(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    response = opened(page, 1280, "dark")
    assert asked and all(url.startswith(SERVER) for url in asked), asked
    assert any("/thumbnails/" in url or url.endswith("/file") for url in asked), asked
    assert page.context.cookies() == [] and page.evaluate("document.cookie") == ""
    headers = response.all_headers()
    assert headers["x-robots-tag"] == "noindex" and headers["referrer-policy"] == "no-referrer", headers
    assert "set-cookie" not in headers and "unsafe" not in headers["content-security-policy"], headers
    assert page.locator("meta[name=robots]").get_attribute("content") == "noindex"
    assert page.locator("meta[property='og:url']").get_attribute("content") == LINK


def a_small_screen_gets_a_small_file(page):
    sources = []
    page.on("response", lambda response: sources.append(response.url) if "/thumbnails/" in response.url else None)
    opened(page, 390, "light")
    assert sources, "the whole file was sent"


def it_works_without_scripts_and_the_picture_opens(page):
    context = page.context.browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(LINK)
    assert still.get_by_role("heading", name="A shared picture").count() == 1
    still.locator("figure a").first.click()
    still.wait_for_url(LINK + "/file")
    still.go_back()
    with still.expect_download() as saved:
        still.get_by_role("link", name="Save the picture").click()
    assert saved.value.suggested_filename == "picture.png", saved.value.suggested_filename
    context.close()


def what_ended_says_so_on_every_screen_and_no_more(page):
    seen = set()
    for link in (ENDED, f"{SERVER}/s/{'x' * 43}"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            response = page.request.get(link, headers={"Accept": "text/html"})
            assert response.status == 404, response.status
            seen.add(response.text())
            page.set_content(response.text())
            fits(page, "nothing shared")
    assert len(seen) == 1 and "Nothing is shared here" in seen.pop()


TESTS = [
    the_picture_is_there_on_every_screen_and_the_prompt_runs_nothing,
    it_asks_nobody_else_sets_no_cookie_and_wants_no_search_engine,
    a_small_screen_gets_a_small_file,
    it_works_without_scripts_and_the_picture_opens,
    what_ended_says_so_on_every_screen_and_no_more,
]

run_in_browser(TESTS)
