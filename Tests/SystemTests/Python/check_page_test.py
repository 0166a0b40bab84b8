"""The page that checks a file, in a real browser, with JavaScript and without.

    pip install playwright==1.65.2
    darkroom serve
    python check_page_test.py http://127.0.0.1:8080 FOLDER [PICTURES]

The FOLDER has `other.png` (signed elsewhere), `changed.png` (changed after it was signed), `plain.png` and `letter.txt`.
What was made here is generated in the sandbox. With PICTURES, pictures of the page are put there.
"""

import os
import pathlib
import sys
import time

from browser import BOUND, look_into, run_in_browser

SERVER, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
look = look_into(sys.argv[3] if len(sys.argv) > 3 else None)


def made(page):
    """An output of the sandbox, downloaded by its link."""
    file = FOLDER / "made.png"
    if file.exists():
        return file
    request = page.request
    account = request.post(f"{SERVER}/auth/v1/signup", data={
        "email": f"check-{os.getpid()}@example.com", "password": "correct horse"}).json()
    headers = {"Authorization": f"Bearer {account['access_token']}"}
    assert request.post(f"{SERVER}/api/generate", data={"prompt": "a red dress", "resolution": "512x512"},
                        headers=headers).status == 202
    end = time.monotonic() + BOUND
    while time.monotonic() < end:
        assets = request.get(f"{SERVER}/api/assets?kind=output", headers=headers).json()["assets"]
        if assets:
            file.write_bytes(request.get(assets[0]["url"]).body())
            return file
        time.sleep(0.2)
    raise AssertionError("no output came")


CASES = [
    (made, "Made here"), (FOLDER / "other.png", "Signed elsewhere"),
    (FOLDER / "changed.png", "Changed after it was signed"), (FOLDER / "plain.png", "No marks"),
    (FOLDER / "letter.txt", "Not an image or a video"),
]


def five_kinds_of_files_are_told_apart_and_the_page_stays(page):
    page.goto(f"{SERVER}/check")
    for file, title in CASES:
        path = file(page) if callable(file) else file
        page.set_input_files("#file", path)
        page.get_by_role("heading", name=title, exact=True).wait_for()
        assert page.evaluate("document.activeElement.id") == "finding", title
        assert page.get_by_role("status").get_by_role("heading").count() == 1
        look(page, "check-" + title.split(",")[0].lower().replace(" ", "-"))


def a_file_can_be_dropped(page):
    page.goto(f"{SERVER}/check")
    page.evaluate("""() => {
      const files = new DataTransfer();
      files.items.add(new File(["a letter"], "letter.txt", { type: "text/plain" }));
      const event = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
      document.getElementById("drop").dispatchEvent(event);
    }""")
    page.get_by_role("heading", name="Not an image or a video").wait_for()


def it_works_without_javascript(page):
    context = page.context.browser.new_context(java_script_enabled=False)
    visitor = context.new_page()
    visitor.goto(f"{SERVER}/check")
    for file, title in CASES:
        visitor.set_input_files("#file", file(page) if callable(file) else file)
        visitor.get_by_role("button", name="Check").click()
        visitor.get_by_role("heading", name=title, exact=True).wait_for()
    assert context.cookies() == []
    context.close()


TESTS = [
    five_kinds_of_files_are_told_apart_and_the_page_stays, a_file_can_be_dropped, it_works_without_javascript,
]

run_in_browser(TESTS)
