"""Films of a server, played in a real browser by their links.

    pip install playwright==1.65.2
    python film_test.py http://127.0.0.1:8080 [--revoked] LINK-OF-AN-MP4 LINK-OF-A-WEBM

Needs Debian's chromium. The films are of 20 seconds. With --revoked the links are said to open nothing.
"""

import sys

from browser import run_in_browser

SERVER = sys.argv[1]
REVOKED = "--revoked" in sys.argv
MP4, WEBM = [argument for argument in sys.argv[2:] if argument.startswith("http")]


def show(page, link):
    """Puts the film into a page of the server, and returns what is answered to the requests for it."""
    seen = []
    page.on("response", lambda response: seen.append(response) if response.url == link else None)
    page.goto(SERVER)
    page.evaluate("""link => {
        const film = document.createElement("video")
        film.muted = true
        film.preload = "auto"
        film.src = link
        document.body.append(film)
    }""", link)
    return seen


def until(page, condition):
    """Waits until the film is as the condition says; an error of the film fails at once."""
    page.wait_for_function(f"""() => {{
        const film = document.querySelector("video")
        if (film.error) throw new Error(film.error.message)
        return {condition}
    }}""")


def plays_and_seeks(page, link, size):
    seen = show(page, link)
    until(page, "film.readyState >= 1")
    film = page.evaluate(
        "() => { const f = document.querySelector('video'); return [f.duration, f.videoWidth, f.videoHeight] }")
    assert abs(film[0] - 20) < 0.2 and tuple(film[1:]) == size, film

    page.evaluate("document.querySelector('video').play()")
    until(page, "film.currentTime > 0.2")
    for second in (18, 3, 12.5):
        page.evaluate("second => { document.querySelector('video').currentTime = second }", second)
        until(page, f"!film.seeking && film.readyState >= 2 && Math.abs(film.currentTime - {second}) < 2")

    answers = [(response.status, response.headers.get("content-range")) for response in seen]
    assert answers and all(status == 206 for status, _ in answers), answers
    assert answers[0][1].startswith("bytes 0-"), answers
    return answers


def an_mp4_with_its_index_at_the_end_plays_and_seeks(page):
    answers = plays_and_seeks(page, MP4, (960, 540))
    assert any(not part.startswith("bytes 0-") for _, part in answers), answers


def a_webm_plays_and_seeks(page):
    answers = plays_and_seeks(page, WEBM, (640, 360))
    assert any(not part.startswith("bytes 0-") for _, part in answers), answers


def a_film_whose_link_is_revoked_does_not_play(page):
    for link in (MP4, WEBM):
        seen = []
        page.on("response", lambda response: seen.append(response.status) if response.url == link else None)
        page.goto(SERVER)
        failed = page.evaluate("""link => new Promise(resolve => {
            const film = document.createElement("video")
            film.onerror = () => resolve(film.error.code)
            film.onloadedmetadata = () => resolve("it plays")
            film.src = link
            document.body.append(film)
        })""", link)
        assert failed == 4, failed
        assert seen and all(status == 403 for status in seen), seen


TESTS = [a_film_whose_link_is_revoked_does_not_play] if REVOKED else [
    an_mp4_with_its_index_at_the_end_plays_and_seeks, a_webm_plays_and_seeks,
]

run_in_browser(TESTS)
