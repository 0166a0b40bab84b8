"""Runs tests one after the other: a line that begins with ok or FAIL for each, and an exit status."""

import sys
import traceback


def run(tests, call=lambda test: test()):
    """Each is a function, whose name says what it proves; `call` runs it."""
    failed = 0
    for test in tests:
        name = test.__name__.replace("_", " ")
        try:
            call(test)
            print(f"ok    {name}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL  {name}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
