"""The official Supabase client against a running Darkroom.

    pip install supabase==2.34.1 "pyjwt[crypto]"
    python supabase_auth_test.py http://127.0.0.1:8080 ANON_KEY [SERVICE_ROLE_KEY]

Ends with 0 where every call does what the client's documents say, else with the first difference.
"""

import sys
import uuid

import httpx
from supabase import ClientOptions, create_client
from supabase_auth.errors import AuthApiError, AuthError


def main(url, anon_key, service_role_key=None):
    email = f"ada-{uuid.uuid4().hex[:12]}@example.com"
    client = connect(url, anon_key)
    sign_up(client, email)
    refused(client, email)
    signed_in(client, email)
    refreshed(client)
    changed(client, url, anon_key, email)
    signed_out(client, url, anon_key, email)
    if service_role_key:
        administered(connect(url, service_role_key), email)
        edited(connect(url, service_role_key), connect(url, anon_key), email)
    absent(client, email)


def connect(url, key):
    # Its usual five seconds are too few for a busy machine.
    patient = httpx.Client(timeout=300)
    return create_client(url, key, ClientOptions(auto_refresh_token=False, httpx_client=patient))


def sign_up(client, email):
    response = client.auth.sign_up(
        {
            "email": email,
            "password": "correct horse",
            "options": {"data": {"name": "Ada"}, "email_redirect_to": "http://127.0.0.1:3000/welcome"},
        }
    )
    assert response.session, "sign_up returns a session if no mail is configured"
    assert response.user.email == email and response.user.user_metadata["name"] == "Ada"
    assert response.user.identities[0].provider == "email"
    print("ok  sign_up")


def refused(client, email):
    expect("user_already_exists", lambda: client.auth.sign_up({"email": email.upper(), "password": "correct horse"}))
    expect("weak_password", lambda: client.auth.sign_up({"email": "b" + email, "password": "short"}))
    expect("invalid_credentials", lambda: client.auth.sign_in_with_password({"email": email, "password": "wrong horse"}))
    expect("anonymous_provider_disabled", lambda: client.auth.sign_in_anonymously())
    print("ok  refusals")


def signed_in(client, email):
    response = client.auth.sign_in_with_password({"email": email, "password": "correct horse"})
    assert response.session.expires_in == 3600 and response.session.token_type == "bearer"
    assert client.auth.get_user().user.id == response.user.id
    claims = client.auth.get_claims()["claims"]
    assert claims["sub"] == response.user.id and claims["role"] == "authenticated", claims
    print("ok  sign_in_with_password, get_user, get_claims")


def refreshed(client):
    before = client.auth.get_session()
    after = client.auth.refresh_session().session
    assert after.refresh_token != before.refresh_token
    assert client.auth.get_user(after.access_token).user.id == before.user.id
    again = client.auth.refresh_session(before.refresh_token).session
    assert again.refresh_token == after.refresh_token, "while the successor is unused it comes again"
    expect("refresh_token_not_found", lambda: client.auth.refresh_session("nonsense"))
    client.auth.set_session(again.access_token, again.refresh_token)
    print("ok  refresh_session, set_session")


def changed(client, url, anon_key, email):
    user = client.auth.update_user({"data": {"theme": "dark"}}).user
    assert user.user_metadata["theme"] == "dark" and user.user_metadata["name"] == "Ada"
    expect("same_password", lambda: client.auth.update_user({"password": "correct horse"}))
    client.auth.update_user({"password": "battery staple"})
    other = connect(url, anon_key)
    expect("invalid_credentials", lambda: other.auth.sign_in_with_password({"email": email, "password": "correct horse"}))
    assert other.auth.sign_in_with_password({"email": email, "password": "battery staple"}).session
    print("ok  update_user")


def signed_out(client, url, anon_key, email):
    other = connect(url, anon_key)
    other.auth.sign_in_with_password({"email": email, "password": "battery staple"})
    session = other.auth.get_session()
    client.auth.sign_out({"scope": "local"})
    assert client.auth.get_session() is None
    assert other.auth.get_user().user.email == email, "another device stays signed in"
    other.auth.sign_out()
    expect("session_not_found", lambda: client.auth.get_user(session.access_token))
    expect("refresh_token_not_found", lambda: client.auth.refresh_session(session.refresh_token))
    print("ok  sign_out")


def administered(client, email):
    users = client.auth.admin.list_users(page=1, per_page=1000)
    found = next(user for user in users if user.email == email)
    assert client.auth.admin.get_user_by_id(found.id).user.email == email
    made = client.auth.admin.create_user({"email": "m" + email, "password": "correct horse", "email_confirm": True}).user
    client.auth.admin.delete_user(made.id)
    expect("invalid_credentials", lambda: client.auth.sign_in_with_password({"email": "m" + email, "password": "correct horse"}))
    print("ok  admin.list_users, get_user_by_id, create_user, delete_user")


def edited(admin, client, email):
    """Forgotten passwords and bans, as an operator's own server deals with them."""
    user = admin.auth.admin.create_user({"email": "e" + email, "password": "correct horse", "email_confirm": True}).user

    def sign_in(password, address="e" + email):
        return client.auth.sign_in_with_password({"email": address, "password": password}).session

    def update(attributes):
        return admin.auth.admin.update_user_by_id(user.id, attributes).user

    assert update({"password": "battery staple", "user_metadata": {"n": 1}}).user_metadata["n"] == 1
    expect("invalid_credentials", lambda: sign_in("correct horse"))
    assert sign_in("battery staple")
    update({"ban_duration": "24h"})
    expect("user_banned", lambda: sign_in("battery staple"))
    update({"ban_duration": "none"})
    assert update({"email": "f" + email}).email == "f" + email
    assert sign_in("battery staple", "f" + email)
    assert update({"app_metadata": {"role": "admin"}}).app_metadata["role"] == "admin"
    assert update({"app_metadata": {"role": "user"}}).app_metadata["role"] == "user"
    expect("email_exists", lambda: update({"email": email}))
    expect("weak_password", lambda: update({"password": "short"}))
    expect("validation_failed", lambda: update({"ban_duration": "forever"}))
    print("ok  admin.update_user_by_id")


def absent(client, email):
    """What this server does not have is said in words, which the client's errors carry."""
    for call in (
        lambda: client.auth.reset_password_for_email(email),
        lambda: client.auth.sign_in_with_otp({"email": email}),
        lambda: client.auth.resend({"type": "signup", "email": email}),
    ):
        expect("route_not_found", call)
    print("ok  what is not there")


def expect(code, call):
    try:
        call()
    except (AuthApiError, AuthError) as error:
        assert error.code == code, f"expected {code}, got {error.code}: {error.message}"
        return
    raise AssertionError(f"expected {code}, and the call succeeded")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
