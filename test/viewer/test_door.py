"""Who may open the page: forged hosts, foreign pages, wrong tokens; and a page that is served."""

import http
import urllib.error
import urllib.request
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from astra_core.errors import AstraError, ConfigError
from astra_viewer.door import Door, address_with_ticket, address_with_token, new_token
from astra_viewer.guarded_server import start_guarded
from astra_viewer.page import ViewerPage

TOKEN = "k" * 32
LOCAL = ("127.0.0.1", 8080)
COOKIE = f"astra-page-8080={TOKEN}"


def ask(path="/", *, door=None, local=LOCAL, **fields):
    """Return the status of a request, 200 where it may pass."""
    fields = {"Host": "127.0.0.1:8080", "Cookie": COOKIE, **fields}
    headers = Headers([(k, v) for k, v in fields.items() if v is not None])
    answer = (door or Door(TOKEN)).answer(path, headers, local)
    return 200 if answer is None else answer.status


def test_who_has_the_token_may_enter_and_nobody_else():
    assert ask() == 200
    assert ask(Cookie=None) == 403
    assert ask(Cookie=f"other=1; {COOKIE}; third=x") == 200
    for wrong in ("", TOKEN[:-1], TOKEN + "k", TOKEN.upper(), "\xe9" * 32):
        assert ask(Cookie=f"astra-page-8080={wrong}") == 403
    # Of the page on another port, or of one whose name ends alike.
    assert ask(Cookie=f"astra-page-8081={TOKEN}") == 403
    assert ask(Cookie=f"xastra-page-8080={TOKEN}") == 403
    assert ask("/index.html?x=1", Cookie=None) == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example:8080", "localhost.evil.example",
     "192.168.1.9:8080", "", "127.0.0.1:8080@evil.example", "evil.example#127.0.0.1", "[::1",
     "0.0.0.0:8080", "127.0.0.1:8080, evil.example"],
)  # fmt: skip
def test_a_name_that_was_bound_anew_is_not_ours(host):
    assert ask(Host=host, Origin=f"http://{host}") == 403


def test_no_host_or_two_of_them_are_refused():
    assert ask(Host=None) == 403
    two = Headers([("Host", "127.0.0.1:8080"), ("Host", "evil.example"), ("Cookie", COOKIE)])
    assert Door(TOKEN).answer("/", two, LOCAL).status == 403


def test_the_names_of_this_machine_are_ours():
    for host in ("localhost:8080", "LOCALHOST:8080", "127.0.0.1", "localhost:9000"):
        assert ask(Host=host) == 200
    lan = ("192.168.1.9", 8080)
    assert ask(Host="192.168.1.9:8080", local=lan) == 200
    assert ask(Host="192.168.1.9:8080", local=("::ffff:192.168.1.9", 8080)) == 200
    assert ask(Host="[fe80::1]:8080", local=("fe80::1%eth0", 8080)) == 200
    assert ask(Host="192.168.1.8:8080", local=lan) == 403
    assert ask(Host="robot.example:8080", local=lan) == 403
    assert ask(Host="robot.example:8080", door=Door(TOKEN, ["Robot.example "]), local=lan) == 200
    # Listening everywhere is no name.
    assert ask(Host="0.0.0.0:8080", door=Door(TOKEN, ["0.0.0.0", "::", ""]), local=lan) == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://localhost:8080", "http://127.0.0.1:3000", "http://127.0.0.1",
     "null", "", "file://", "http://127.0.0.1:8080.evil.example", "http://evil@127.0.0.1:8080",
     "chrome-extension://127.0.0.1:8080"],
)  # fmt: skip
def test_pages_of_others_may_not_speak_even_with_our_cookie(origin):
    assert ask(Origin=origin) == 403


def test_our_own_page_may():
    assert ask(Origin="http://127.0.0.1:8080") == 200
    assert ask(Origin="https://127.0.0.1:8080") == 200  # Behind a proxy that speaks TLS.
    two = Headers([("Host", "127.0.0.1:8080"), ("Cookie", COOKIE)])
    two["Origin"] = "http://127.0.0.1:8080"
    two["Origin"] = "http://evil.example"
    assert Door(TOKEN).answer("/", two, LOCAL).status == 403


def test_the_token_in_the_address_is_exchanged_for_a_cookie():
    door = Door(TOKEN)
    headers = Headers([("Host", "127.0.0.1:8080")])
    answer = door.answer(f"/?token={TOKEN}&showStats=1", headers, LOCAL)
    assert answer.status == http.HTTPStatus.SEE_OTHER
    assert answer.headers["Location"] == "/?showStats=1"
    assert answer.headers["Set-Cookie"] == f"{COOKIE}; Path=/; HttpOnly; SameSite=Lax"
    assert ask(f"/?token={TOKEN}x", Cookie=None) == 403
    # A wrong one is said, also to who has been let in.
    assert ask("/?token=") == 200
    assert ask("/?token=wrong") == 403
    for path in ("//evil.example", "/\\evil.example", "//\\/evil.example"):
        where = door.answer(f"{path}?token={TOKEN}", headers, LOCAL).headers["Location"]
        assert where == "/evil.example"


def test_a_ticket_opens_once():
    door = Door(TOKEN)
    query = urlsplit(address_with_ticket("http://127.0.0.1:8080", TOKEN)).query
    assert TOKEN not in query
    assert ask(f"/?{query}", door=door, Cookie=None) == 303
    assert ask(f"/?{query}", door=door, Cookie=None) == 403


def test_a_token_that_can_be_guessed_is_refused():
    assert len({new_token() for _ in range(8)}) == 8
    Door(new_token())
    for bad in ("", "short", "k" * 21, "k" * 30 + " ", "k" * 30 + ";", "\xe4" * 30):
        with pytest.raises(ConfigError, match="ASTRA_PAGE_TOKEN"):
            Door(bad)


@pytest.fixture
def page():
    page = ViewerPage(
        18280,
        on_goal=lambda _: None,
        on_landmark=lambda _: None,
        on_point=lambda *_: None,
        on_cancel=lambda: None,
        token=TOKEN,
    )
    yield page
    page.close()


def status_of(page, path="/", **fields):
    parts = urlsplit(page.url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10.0)
    connection.request("GET", path, headers=fields)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers


def test_the_page_is_served_to_who_has_the_token(page):
    assert status_of(page)[0] == 403
    port = urlsplit(page.url).port
    status, headers = status_of(page, Cookie=f"astra-page-{port}={TOKEN}")
    assert status == 200
    assert headers["X-Frame-Options"] == "DENY"
    assert TOKEN not in page.url
    assert page.address == address_with_token(page.url, TOKEN)
    # The whole way: to the address, with the cookie to the page.
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(page.address, timeout=10.0) as answer:
        assert answer.status == 200
        assert answer.url == f"{page.url}/"


def open_socket(page, **options):
    import viser

    return connect(
        page.url.replace("http", "ws"),
        subprotocols=[f"viser-v{viser.__version__}"],
        compression=None,
        open_timeout=10.0,
        **options,
    )


def test_the_socket_of_the_page_is_shut_to_other_web_sites(page):
    cookie = {"Cookie": f"astra-page-{urlsplit(page.url).port}={TOKEN}"}
    with open_socket(page, origin=page.url, additional_headers=cookie) as socket:
        socket.recv(timeout=10.0)
    for origin, headers in (
        ("http://evil.example", None),
        ("http://evil.example", cookie),
        (page.url, None),
        (None, None),
        (page.url, {"Cookie": cookie["Cookie"][:-1] + "x"}),
    ):
        with pytest.raises(InvalidStatus, match="403"):
            open_socket(page, origin=origin, additional_headers=headers)


def test_a_server_that_cannot_be_guarded_is_not_started(monkeypatch):
    import viser

    class Other:
        stopped = False

        def __init__(self, **_):
            pass

        def stop(self):
            Other.stopped = True

    monkeypatch.setattr(viser, "ViserServer", Other)
    with pytest.raises(AstraError, match="the page is not served"):
        start_guarded(Door(TOKEN), host="127.0.0.1", port=18290, label="")
    assert Other.stopped
