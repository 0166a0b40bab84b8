"""The first page of a server, used as people use it: in a real browser, with the keyboard and on a phone.

    pip install playwright==1.65.2
    darkroom serve
    python first_page_test.py http://127.0.0.1:8080 [FOLDER]

Needs Debian's chromium, and the sandbox and the Stripe emulator that a server has built in. With a FOLDER, pictures of
the page are put there, of phone and desktop, light and dark.
"""

import os
import re
import sys

from browser import fits, look_into, run_in_browser

SERVER = sys.argv[1]
look = look_into(sys.argv[2] if len(sys.argv) > 2 else None)
PASSWORD = "correct horse"


def field(page, name):
    """Of the form that is shown: the others have fields of the same names."""
    return page.locator(f"input[name={name}]:visible")


def sign_up(page, name):
    page.goto(SERVER)
    page.get_by_role("button", name="Create an account").click()
    field(page, "email").fill(f"{name}-{os.getpid()}@example.com")
    field(page, "password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New image").wait_for()


def generate(page, prompt, images=1):
    page.get_by_label("Prompt").fill(prompt)
    page.locator("#numImages").select_option(str(images))
    page.locator("#generate:enabled").click()


def says(page, selector, text):
    """Waits until the element says what matches the text, and returns all that it says."""
    page.wait_for_function(
        "([selector, text]) => { const e = document.querySelector(selector);"
        " return e?.checkVisibility() && new RegExp(text).test(e.innerText) }", arg=[selector, text])
    return page.locator(selector).inner_text()


def has_image(page):
    page.wait_for_function("() => document.querySelector('#results img')?.complete")


def focus(page):
    return page.evaluate("document.activeElement.id")


def enter_does_what_the_heading_says(page):
    page.goto(SERVER)
    assert page.get_by_role("heading", name="Sign in").is_visible()
    assert page.locator("#sign-in-password").get_attribute("autocomplete") == "current-password"
    email = f"enter-{os.getpid()}@example.com"
    field(page, "email").fill(email)
    field(page, "password").fill("wrong")
    page.keyboard.press("Enter")
    says(page, "#sign-in-error", "Invalid login credentials")
    look(page, "sign-in-refused")
    page.keyboard.type("x")
    assert page.locator("#sign-in-error").inner_text() == "", "the error of what was sent before"

    page.get_by_role("button", name="Create an account").click()
    assert page.get_by_role("heading", name="Create an account").is_visible()
    assert not page.get_by_role("heading", name="Sign in").is_visible()
    assert field(page, "email").input_value() == email and focus(page) == "sign-up-password"
    assert page.locator("#sign-up-password").get_attribute("autocomplete") == "new-password"
    assert says(page, "#sign-up-rule", "At least 8 characters")
    look(page, "sign-up")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/auth/" in request.url else None)
    field(page, "password").fill("short")
    page.keyboard.press("Enter")
    field(page, "password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New image").wait_for()
    assert len(sent) == 1 and sent[0].endswith("/signup"), sent
    assert focus(page) == "prompt"

    page.get_by_role("button", name="Sign out").click()
    assert focus(page) == "sign-in-email"
    field(page, "email").fill(email)
    field(page, "password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New image").wait_for()


def an_account_that_exists_is_not_created_again(page):
    sign_up(page, "twice")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Create an account").click()
    field(page, "email").fill(f"twice-{os.getpid()}@example.com")
    field(page, "password").fill(PASSWORD)
    page.keyboard.press("Enter")
    says(page, "#sign-up-error", "already registered")
    assert page.get_by_role("heading", name="Create an account").is_visible()


def a_limit_says_how_long_to_wait(page):
    page.route("**/auth/v1/token*", lambda route: route.fulfill(
        status=429, headers={"Retry-After": "541", "Content-Type": "application/json"},
        body='{"code": "over_request_rate_limit", "message": "Request rate limit reached"}'))
    page.goto(SERVER)
    field(page, "email").fill("ada@example.com")
    field(page, "password").fill(PASSWORD)
    page.keyboard.press("Enter")
    text = says(page, "#sign-in-error", "rate limit")
    assert text == "Request rate limit reached. Try again in 10 minutes.", text


def the_welcome_credits_make_three_images_as_the_form_stands(page):
    sign_up(page, "welcome")
    for number in range(3):
        says(page, "#price", "3.00 credits")
        generate(page, f"a boat {number}")
        page.locator(f"#results img[alt='a boat {number}']").wait_for()
    says(page, "#balance", "1.00 credits")


def a_blank_prompt_cannot_be_sent(page):
    sign_up(page, "blank")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/api/generate" in request.url else None)
    says(page, "#price", "3.00 credits")
    page.get_by_label("Prompt").fill(" \n ")
    page.locator("#generate:disabled").wait_for()
    assert page.locator("#price").inner_text() == ""
    page.keyboard.press("Control+Enter")
    page.get_by_label("Prompt").fill("a boat")
    page.locator("#generate:enabled").wait_for()
    assert not sent, sent


def models_are_listed_by_their_price_and_sizes_as_the_documents_name_them(page):
    sign_up(page, "models")
    page.wait_for_function("() => document.querySelectorAll('#endpoint option').length > 1")
    models = page.locator("#endpoint option").all_inner_texts()
    assert models == ["FLUX.1 schnell", "Stable Diffusion XL", "FLUX.1 dev, 1.3 × the price"], models
    says(page, "#price", "3.00 credits")
    for size, price in (("1024x576", "6.00"), ("2048x2048", "12.00"), ("4096x4096", "24.00")):
        with page.expect_response(re.compile("/api/estimate$")) as answer:
            page.locator("#resolution").select_option(size)
        assert f"{answer.value.json()['estimatedCredits']:.2f}" == price, size


def who_is_signed_in_is_seen_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    sign_up(page, "somebody-with-quite-a-long-name-in-front-of-it")
    assert page.locator("#email").is_visible()
    assert page.locator("#email").inner_text().startswith("somebody-with")
    assert page.get_by_role("button", name="Sign out").is_visible()
    fits(page, "the name")


def a_failed_job_never_stands_under_an_older_image(page):
    sign_up(page, "failed")
    generate(page, "a red dress in a park")
    page.locator("#results img").wait_for()
    generate(page, "a blue house sandbox:policy")

    text = says(page, "#failure > div", "returned")
    assert "No image was generated" in text and "content policy" in text and "3.00 credits were returned" in text, text
    assert page.locator("#results img").count() == 0 and page.locator("#sheet a.image img").count() == 1
    assert not page.locator("#status").is_visible()
    look(page, "failed")

    page.get_by_role("button", name="Edit the prompt").click()
    assert focus(page) == "prompt"
    page.get_by_label("Prompt").fill("something else")
    with page.expect_response(re.compile("/retry$")) as sent:
        page.get_by_role("button", name="Try again").click()
    first = page.locator("#lines .job")
    retried = sent.value.json()["job"]
    assert sent.value.status == 202 and retried["parameters"]["prompt"] == "a blue house sandbox:policy"
    page.wait_for_function("id => document.querySelector('#lines .job')?.innerText === id", arg=retried["id"])
    assert first.is_visible() and says(page, "#failure-reason", "content policy")

    page.get_by_role("button", name="Edit the prompt").click()
    assert page.get_by_label("Prompt").input_value() == "a blue house sandbox:policy"
    page.get_by_role("button", name="Sign out").click()
    assert not page.locator("#failure").is_visible() and page.locator("#sheet img").count() == 0


def a_retry_that_is_refused_leaves_the_failure_with_the_reason(page):
    sign_up(page, "refused")
    generate(page, "a house sandbox:policy")
    says(page, "#failure-reason", "content policy")
    page.route(re.compile("/retry$"), lambda route: route.fulfill(
        status=402, headers={"Content-Type": "application/json"},
        body='{"error": {"code": "insufficient_credits", "message": "The job costs 3.00 credits."}}'))
    page.get_by_role("button", name="Try again").click()

    says(page, "#retry-error", "The job costs 3.00 credits")
    assert says(page, "#failure-reason", "content policy")
    page.locator("#retry:enabled").wait_for()


def a_cancelled_job_says_so_and_offers_the_same(page):
    sign_up(page, "cancelled")
    generate(page, "waits sandbox:never")
    page.get_by_role("button", name="Cancel").click()

    text = says(page, "#failure > div", "Cancelled")
    assert "3.00 credits were returned" in text, text
    assert page.get_by_role("button", name="Try again").is_visible()


def an_image_opens_with_the_keyboard_also_from_the_strip(page):
    sign_up(page, "opens")
    for prompt in ("a red dress in a park", "a blue boat"):
        generate(page, prompt)
        page.locator(f"#results img[alt='{prompt}']").wait_for()
    has_image(page)
    assert page.locator("#sheet a.image").count() == 1
    name = page.locator("#results a[download]").get_attribute("download")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d [0-9a-f]{8} 1\.png", name), name
    look(page, "result")
    for selector in ("#results a.image", "#sheet a.image"):
        page.locator(selector).focus()
        with page.expect_popup() as opened:
            page.keyboard.press("Enter")
        opened.value.wait_for_load_state()
        assert opened.value.evaluate("document.contentType") == "image/png"
        opened.value.close()


def an_image_and_its_link_to_save_are_on_the_screen(page):
    page.emulate_media(reduced_motion="reduce")
    sign_up(page, "screen")
    for width, height, size in ((390, 844, "512x512"), (1440, 900, "1024x1024")):
        page.set_viewport_size({"width": width, "height": height})
        page.locator("#resolution").select_option(size)
        generate(page, f"a red dress in a park of {width}")
        page.locator(f"#results img[alt$='{width}']").wait_for()
        has_image(page)
        page.locator("#receipt").wait_for()

        fits(page, "the result")
        for selector in ("#results img", "#results a[download]"):
            box = page.locator(selector).bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= height, (selector, box)


def a_retry_that_follows_is_said(page):
    # All that the line says, however briefly.
    page.add_init_script("""addEventListener("DOMContentLoaded", () => {
        window.said = [];
        new MutationObserver(() => window.said.push(document.querySelector("#phase").innerText))
          .observe(document.querySelector("#phase"), { childList: true });
    })""")
    sign_up(page, "retried")
    generate(page, "a house sandbox:500-then-ok")
    page.locator("#results img").wait_for()

    said = page.evaluate("window.said")
    pattern = r"The provider \w.*\. Trying again in \d+ s \(2 of 4\)\."
    assert any(re.fullmatch(pattern, text) for text in said), said
    assert "Generating, attempt 2" in said, said


def fewer_images_than_requested_are_explained(page):
    sign_up(page, "fewer")
    generate(page, "two houses sandbox:flagged=1", images=2)

    text = says(page, "#short", "images were delivered")
    assert "1 of 2 images were delivered" in text and "3.00 credits were returned" in text, text
    assert page.locator("#results img").count() == 1
    look(page, "fewer")
    generate(page, "a house")
    page.wait_for_function("() => document.querySelector('#short').innerText === ''")


def buying(page, offer):
    page.get_by_role("link", name="Buy credits").first.click()
    page.get_by_role("button", name=offer).click()
    page.get_by_role("button", name="Pay", exact=True).wait_for()


def who_cannot_pay_for_a_job_buys_credits_and_sees_what_the_payment_brought(page):
    sign_up(page, "buys")
    page.locator("#numImages").select_option("4")
    says(page, "#price", "not enough")
    assert page.locator("#generate").is_disabled()
    look(page, "not-enough")
    page.locator("#price").get_by_role("link", name="Buy credits").click()
    page.get_by_role("button", name="Buy 100 credits").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url(SERVER + "/**")

    text = says(page, "#payment", "Payment received")
    assert text == "Payment received. It brought 100.00 credits. 110.00 are available.", text
    says(page, "#balance", "110.00 credits")
    look(page, "paid")
    page.goto(SERVER)
    assert page.locator("#payment").inner_text() == ""


def an_address_typed_by_hand_proves_no_payment(page):
    sign_up(page, "by-hand")
    for end, words in (("done", "Credits are added when the payment arrives"), ("cancelled", "If you did not pay")):
        page.goto(f"{SERVER}/?checkout={end}")
        says(page, "#balance", "10.00 credits")
        text = page.locator("#payment").inner_text()
        assert words in text and "received" not in text, text


def a_payment_that_is_not_there_yet_is_called_so(page):
    sign_up(page, "later")
    buying(page, "Buy 100 credits")
    page.get_by_role("button", name="Pay later").click()
    page.wait_for_url(SERVER + "/**")

    says(page, "#payment", "The payment has not arrived yet")
    says(page, "#balance", "10.00 credits")


def who_leaves_the_pay_page_is_led_back_to_it(page):
    sign_up(page, "leaves")
    buying(page, "Buy 100 credits")
    page.get_by_role("button", name="Back").click()
    page.wait_for_url(SERVER + "/**")

    says(page, "#payment", "This purchase is not paid. You were not charged.")
    page.get_by_role("link", name="Continue to the payment page").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url(SERVER + "/**")
    says(page, "#payment", "Payment received")


def a_plan_is_changed_after_a_question_and_managed_in_the_portal(page):
    sign_up(page, "plan")
    buying(page, "Choose Basic")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url(SERVER + "/**")
    says(page, "#payment", "Your plan is now Basic. 510.00 credits are available.")
    page.locator(".mine:visible").wait_for()
    assert not page.locator("[data-plan=basic]").is_visible()
    look(page, "plan")

    questions = []
    page.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.dismiss()))
    page.locator("[data-plan=pro]").click()
    page.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.accept()))
    page.locator("[data-plan=pro]").click()
    says(page, "#payment", "Your plan is now Pro")
    assert len(questions) == 2 and all("billed for the rest of the month" in text for text in questions), questions
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-plan=basic]:enabled").click()
    says(page, "#payment", r"Your plan changes to Basic on .+ \d{4}\. Until then it is Pro\.")

    page.get_by_role("button", name="Plan, cards and invoices").click()
    page.wait_for_url(lambda url: not url.startswith(SERVER))
    assert "Pro" in page.inner_text("main")


def visitors_see_prices_and_the_page_says_what_needs_javascript(page):
    context = page.context.browser.new_context(java_script_enabled=False)
    visitor = context.new_page()
    visitor.goto(SERVER)
    text = visitor.inner_text("main")
    assert "requires JavaScript" in text and "5.00 USD" in text and "a month" in text, text
    assert "While you have bought credits left, your limit is 2 jobs at a time, 60 an hour" in text, text
    assert visitor.get_by_role("button", name="Buy").count() == 0
    context.close()
    page.goto(SERVER)
    assert page.get_by_text("Sign in to buy.").is_visible()
    assert page.get_by_role("button", name="Buy").count() == 0
    look(page, "visitor")


TESTS = [
    enter_does_what_the_heading_says, an_account_that_exists_is_not_created_again, a_limit_says_how_long_to_wait,
    the_welcome_credits_make_three_images_as_the_form_stands, a_blank_prompt_cannot_be_sent,
    models_are_listed_by_their_price_and_sizes_as_the_documents_name_them, who_is_signed_in_is_seen_on_a_phone,
    a_failed_job_never_stands_under_an_older_image, a_retry_that_is_refused_leaves_the_failure_with_the_reason,
    a_cancelled_job_says_so_and_offers_the_same, an_image_opens_with_the_keyboard_also_from_the_strip,
    an_image_and_its_link_to_save_are_on_the_screen, a_retry_that_follows_is_said,
    fewer_images_than_requested_are_explained,
    who_cannot_pay_for_a_job_buys_credits_and_sees_what_the_payment_brought,
    an_address_typed_by_hand_proves_no_payment, a_payment_that_is_not_there_yet_is_called_so,
    who_leaves_the_pay_page_is_led_back_to_it, a_plan_is_changed_after_a_question_and_managed_in_the_portal,
    visitors_see_prices_and_the_page_says_what_needs_javascript,
]

run_in_browser(TESTS)
