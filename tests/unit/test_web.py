"""Images from the web, with all that servers do. They are real ones, on this machine."""

import gzip
import socket
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from aiohttp import ClientTimeout

from pgfeaturize import errors
from pgfeaturize.images import Limits, Roots, UrlAllowlist, WebOptions, fetch, web
from pgfeaturize.images.hosts import Hosts, parse_retry_after
from pgfeaturize.printable import printable
from tests.unit.web_server import IMAGE, Answer, WebServer, answer, raw, redirect, started

SMALL = Limits(bytes=len(IMAGE))
HASTY = Limits(seconds=0.2)


@pytest.fixture
def site() -> Iterator[WebServer]:
    yield from started()


@pytest.fixture
def other() -> Iterator[WebServer]:
    yield from started()


def get(site: WebServer, path: str = "/a.png", limits: Limits = SMALL) -> bytes:
    return fetch(site.url + path, site.urls, Roots(), limits)


def refused(
    uri: str, urls: UrlAllowlist, kind: type[errors.ImageError] = errors.NotAllowed, limits: Limits = SMALL
) -> errors.ImageError:
    with pytest.raises(kind) as caught:
        fetch(uri, urls, Roots(), limits)
    assert type(caught.value) is kind
    return caught.value


def failed(site: WebServer, page: Answer, kind: type[errors.ImageError], limits: Limits = SMALL) -> errors.ImageError:
    site.pages["/page"] = page
    error = refused(f"{site.url}/page", site.urls, kind, limits)
    assert f"{site.url}/page" in error.message
    return error


def test_an_image_on_the_web(site: WebServer) -> None:
    assert get(site) == IMAGE


def test_a_query_is_sent_as_it_was_signed(site: WebServer) -> None:
    get(site, "/a.png?sign=a%2Bb%41+c%20&d=/e:f#fragment")
    assert site.asked == ["/a.png?sign=a%2Bb%41+c%20&d=/e:f"]


def test_blanks_and_letters_of_all_languages(site: WebServer) -> None:
    site.pages["/my%20images/stra%C3%9Fe.png"] = answer(body=b"x")
    assert get(site, "/my images/straße.png") == b"x"
    assert get(site, "/my%20images/stra%C3%9Fe.png") == b"x"


def test_connections_are_used_again(site: WebServer) -> None:
    for _ in range(9):
        get(site)
    assert len(site.asked) == 9
    assert site.connections == 1


def test_many_threads_at_once(site: WebServer) -> None:
    together = threading.Barrier(8, timeout=30)  # every answer waits for eight requests

    def page(handler: BaseHTTPRequestHandler) -> None:
        together.wait()
        answer(body=handler.path.encode())(handler)

    site.pages["/page"] = page
    with ThreadPoolExecutor(8) as threads:
        paths = [f"/page?{number}" for number in range(32)]
        bodies = threads.map(lambda path: get(site, path), paths)
        assert list(bodies) == [path.encode() for path in paths]


def test_a_program_ends_quietly_with_connections_open(site: WebServer) -> None:
    program = (
        "import sys; from pgfeaturize.images import Limits, UrlAllowlist, Roots, fetch;"
        "print(len(fetch(sys.argv[1], UrlAllowlist.of([sys.argv[1]]), Roots(), Limits())))"
    )
    command = [sys.executable, "-X", "dev", "-c", program, f"{site.url}/a.png"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"{len(IMAGE)}\n", "")


def test_proxies_and_passwords_of_the_machine_are_not_used(
    site: WebServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    headers: list[str | None] = []

    def page(handler: BaseHTTPRequestHandler) -> None:
        headers.append(handler.headers["Authorization"])
        answer(body=b"x")(handler)

    site.pages["/page"] = page
    assert get(site, "/page") == b"x"
    assert headers == [None]


def test_cookies_are_not_kept(site: WebServer) -> None:
    cookies: list[str | None] = []

    def page(handler: BaseHTTPRequestHandler) -> None:
        cookies.append(handler.headers["Cookie"])
        answer(body=b"x", Set_Cookie="a=b")(handler)

    site.pages["/page"] = page
    get(site, "/page")
    get(site, "/page")
    assert cookies == [None, None]


@pytest.mark.parametrize("status", [404, 410])
def test_nothing_there(site: WebServer, status: int) -> None:
    assert str(status) in failed(site, answer(status), errors.MissingFile).message


@pytest.mark.parametrize("status", [401, 403])
def test_the_server_refuses(site: WebServer, status: int) -> None:
    failed(site, answer(status), errors.PermissionDenied)


@pytest.mark.parametrize("status", [300, 304, 408, 425, 429, 500, 502, 503, 504])
def test_the_server_has_another_excuse(site: WebServer, status: int) -> None:
    assert str(status) in failed(site, answer(status), errors.ReadFailed).message
    assert errors.ReadFailed.transient


@pytest.mark.parametrize("status", [400, 405, 414, 418, 451])
def test_a_request_that_the_server_rejects(site: WebServer, status: int) -> None:
    assert str(status) in failed(site, answer(status), errors.BadRequest).message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "30"}, 30),
        ({"Retry_After": "99999999999"}, 3600),
        ({"Retry_After": "Fri, 27 Nov 2026 12:01:00 GMT", "Date": "Fri, 27 Nov 2026 12:00:00 GMT"}, 60),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-1"}, None),
        ({}, None),
    ],
)
def test_a_server_that_asks_to_wait(headers: dict[str, str], seconds: int | None) -> None:
    found = parse_retry_after(headers.get("Retry_After"), headers.get("Date"))
    assert found == (None if seconds is None else timedelta(seconds=seconds))


def test_a_host_that_asks_to_wait_gets_no_requests(site: WebServer) -> None:
    error = failed(site, answer(429, Retry_After="30"), errors.ReadFailed)
    assert error.retry_after == timedelta(seconds=30)
    again = refused(f"{site.url}/a.png", site.urls, errors.ReadFailed)
    assert "429" in again.message
    assert again.retry_after is not None
    assert len(site.asked) == 1


def test_a_host_that_failed_often_is_left_alone_for_a_while() -> None:
    now = [0.0]
    hosts = Hosts(lambda: now[0])
    for _ in range(4):
        hosts.check("host", "uri")
        hosts.failed("host", errors.ReadFailed("down"))
    with pytest.raises(errors.ReadFailed, match="down"):
        hosts.check("host", "uri")
    hosts.check("other", "uri")
    now[0] = 6
    hosts.check("host", "uri")
    hosts.failed("host", errors.ReadFailed("down"))
    now[0] = 15
    with pytest.raises(errors.ReadFailed):
        hosts.check("host", "uri")
    now[0] = 17
    hosts.succeeded("host")
    hosts.check("host", "uri")


def test_headers_are_sent_below_their_prefix_only(
    site: WebServer, other: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "Bearer x")
    received: list[tuple[str, str | None, str | None]] = []

    def page(handler: BaseHTTPRequestHandler) -> None:
        received.append((handler.path, handler.headers["Authorization"], handler.headers["User-Agent"]))
        redirect(f"{other.url}/page")(handler) if handler.path == "/in/page" else answer(body=b"x")(handler)

    site.pages["/in/page"] = site.pages["/page"] = other.pages["/page"] = page
    options = WebOptions.of("Images/1", [f"{site.url}/in=Authorization: $TOKEN"])
    urls = UrlAllowlist.of([site.url, other.url])
    for path in ("/in/page", "/page"):
        fetch(site.url + path, urls, Roots(), SMALL, web=options)
    assert received == [("/in/page", "Bearer x", "Images/1"), ("/page", None, "Images/1"), ("/page", None, "Images/1")]
    assert "Bearer" not in repr(options)


@pytest.mark.parametrize(
    "text", ["x", "https://host=", "ftp://host=A: b", "https://*=A: b", "https://host=Host: b", "https://host=A: $NO"]
)
def test_malformed_headers(text: str) -> None:
    with pytest.raises(errors.SettingsError):
        WebOptions.of(headers=[text])


def test_an_answer_without_bytes(site: WebServer) -> None:
    failed(site, answer(200), errors.EmptyFile)
    failed(site, answer(204), errors.EmptyFile)


def test_larger_than_allowed_and_honest(site: WebServer) -> None:
    promised = answer(body=b"x", Content_Length=str(10**12))
    failed(site, promised, errors.TooManyBytes)


def test_larger_than_allowed_without_saying(site: WebServer) -> None:
    site.pages["/exact"] = raw(b"HTTP/1.1 200 OK\r\n\r\n" + IMAGE)
    assert get(site, "/exact") == IMAGE
    failed(site, raw(b"HTTP/1.1 200 OK\r\n\r\n" + IMAGE + b"x"), errors.TooManyBytes)


def test_larger_than_allowed_without_end(site: WebServer) -> None:
    def page(handler: BaseHTTPRequestHandler) -> None:
        answer(Transfer_Encoding="chunked", Content_Length="")  # never sent
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:  # until the client disconnects
            handler.wfile.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")

    failed(site, page, errors.TooManyBytes)


def test_packed_without_being_asked(site: WebServer) -> None:
    for encoding, packed in (("gzip", gzip.compress(IMAGE)), ("deflate", zlib.compress(IMAGE))):
        site.pages["/page"] = answer(body=packed, Content_Encoding=encoding)
        assert get(site, "/page") == IMAGE


def test_a_packed_bomb_is_not_unpacked(site: WebServer) -> None:
    bomb = gzip.compress(bytes(256 * 2**20), 1)
    assert len(bomb) < 2 * 2**20
    page = answer(body=bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        failed(site, page, errors.TooManyBytes, Limits(bytes=4 * 2**20))
        assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 99_999 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbreaks",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot packed",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nnot known",
        b"HTTP/1.1 302 Found\r\nLocation: http://[/\r\n\r\n",
    ],
    ids=lambda data: data[:60].decode("latin1"),
)
def test_a_server_that_speaks_nonsense(site: WebServer, data: bytes) -> None:
    failed(site, raw(data), errors.ReadFailed)


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (b"HTTP/1.1 500 Erreur interne \xe9\xe8\r\nContent-Length: 0\r\n\r\n", errors.ReadFailed, r"interne \xe9\xe8"),
        (b"HTTP/1.1 404 Non trouv\xe9\r\nContent-Length: 0\r\n\r\n", errors.MissingFile, r"404 Non trouv\xe9"),
        (b"HTTP/1.1 302 Found\r\nLocation: ftp://caf\xe9/\r\n\r\n", errors.NotAllowed, "ftp://caf"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://caf\xe9.example/\r\n\r\n", errors.NotAllowed, "redirects"),
        (b"HTTP/1.1 500 a\x1b[2Jb\r\nContent-Length: 0\r\n\r\n", errors.ReadFailed, "page"),
        (b"HTTP/1.1 500 a\x00b\r\nContent-Length: 0\r\n\r\n", errors.ReadFailed, "page"),
        (b"HTTP/1.1 200 OK\r\nX-Bad\xe9: a\x00b\r\nContent-Length: 0\r\n\r\n", errors.ReadFailed, "page"),
        (b"\xff\xfe\x00garbage\xe9\r\n\r\n", errors.ReadFailed, "page"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_a_server_says_can_be_stored(
    site: WebServer, data: bytes, kind: type[errors.ImageError], said: str
) -> None:
    error = failed(site, raw(data), kind)
    assert said in error.message
    assert printable(error) == str(error)
    str(error).encode()


@pytest.mark.parametrize("location", ["/caf\xe9.jpg", "/caf\xc3\xa9 x.jpg"])
def test_a_redirect_to_a_name_in_another_encoding(site: WebServer, location: str) -> None:
    encoded = location.replace("\xe9", "%E9").replace("\xc3", "%C3").replace("\xa9", "%A9").replace(" ", "%20")
    site.pages[encoded] = answer(body=IMAGE)
    site.pages["/old"] = raw(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode("latin1"))
    assert get(site, "/old") == IMAGE
    assert site.asked[-1] == encoded


def test_nobody_listens() -> None:
    with socket.socket() as taken:  # bound, but not listening
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert url in refused(f"{url}/a.png", UrlAllowlist.of([url]), errors.ReadFailed).message


def test_encryption_that_is_none(site: WebServer) -> None:
    url = site.url.replace("http", "https")
    refused(f"{url}/a.png", UrlAllowlist.of([url]), errors.ReadFailed)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b.invalid", "x" * 64 + ".invalid"])
def test_a_host_that_is_not_there(host: str) -> None:
    refused(f"http://{host}/a.png", UrlAllowlist.of(["http://*"]), errors.ReadFailed)


def test_a_server_that_never_answers(site: WebServer) -> None:
    done = threading.Event()
    error = failed(site, lambda _: done.wait(60) and None, errors.ReadFailed, HASTY)  # type: ignore[arg-type]
    assert "0.2 s" in error.message
    done.set()


def test_a_server_that_falls_silent(site: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is retried, unlike a server that was sending until the time limit."""
    done = threading.Event()
    monkeypatch.setattr(web, "_TIMEOUT", ClientTimeout(total=None, sock_read=0.1))
    failed(site, lambda _: done.wait(60) and None, errors.ReadFailed)  # type: ignore[arg-type]
    done.set()


def test_a_server_that_drips(site: WebServer) -> None:
    hung_up = threading.Event()

    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
        while not hung_up.wait(0.02):
            handler.wfile.write(b"x")

    failed(site, page, errors.ReadFailed, HASTY)
    hung_up.set()


def test_redirects_that_drip(site: WebServer) -> None:
    """The time limit covers all redirects together."""

    hung_up = threading.Event()

    def page(handler: BaseHTTPRequestHandler) -> None:
        hung_up.wait(0.1)
        redirect("/page")(handler)

    failed(site, page, errors.ReadFailed, HASTY)
    hung_up.set()


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside(site: WebServer, status: int) -> None:
    site.pages["/old/x"] = redirect("../a.png?new", status)
    assert get(site, "/old/x") == IMAGE
    assert site.asked == ["/old/x", "/a.png?new"]


def test_a_redirect_to_another_allowed_place(site: WebServer, other: WebServer) -> None:
    site.pages["/old"] = redirect(f"{other.url}/a.png")
    urls = UrlAllowlist.of([site.url, other.url])
    assert fetch(f"{site.url}/old", urls, Roots(), SMALL) == IMAGE


def test_a_redirect_to_a_place_that_is_not_allowed(site: WebServer, other: WebServer) -> None:
    error = failed(site, redirect(f"{other.url}/a.png?secret"), errors.NotAllowed)
    assert f"{other.url}/a.png" in error.message
    assert "secret" not in error.message
    assert "--uri" in error.hint
    assert other.connections == 0


def test_a_redirect_out_of_the_folder(site: WebServer) -> None:
    site.pages["/in/x"] = redirect("/a.png")
    refused(f"{site.url}/in/x", UrlAllowlist.of([f"{site.url}/in"]))
    assert site.asked == ["/in/x"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "memory://x", "data:,x", "ftp://x"])
def test_a_redirect_out_of_the_web(site: WebServer, target: str) -> None:
    urls = UrlAllowlist.of([site.url, "memory://"])
    site.pages["/page"] = redirect(target)
    refused(f"{site.url}/page", urls)


def test_redirects_in_a_circle(site: WebServer) -> None:
    assert "5" in failed(site, redirect("/page"), errors.ReadFailed).message
    assert len(site.asked) == 6


def test_a_redirect_into_our_own_network(site: WebServer, other: WebServer) -> None:
    site.pages["/page"] = redirect(f"http://localhost:{other.server_port}/a.png")
    urls = UrlAllowlist.of([site.url, f"http://*:{other.server_port}"])
    error = refused(f"{site.url}/page", urls)
    assert "not public" in error.message
    assert other.connections == 0


# Addresses


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0"),  # noqa: S104
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost", "localhost."),
        *("１２７.0.0.1", "127。0。0。1"),
    ],
)
def test_any_host_is_any_host_of_the_internet(host: str, site: WebServer) -> None:
    urls = UrlAllowlist.of([f"http://*:{site.server_port}"])
    refused(f"http://{host}:{site.server_port}/a.png", urls)
    assert site.connections == 0


def test_a_host_that_is_named_may_be_our_own(site: WebServer) -> None:
    urls = UrlAllowlist.of(["http://*", f"http://*:{site.server_port}", site.url])
    assert fetch(f"{site.url}/a.png", urls, Roots(), SMALL) == IMAGE


def test_a_connection_to_a_named_host_is_of_no_use_to_others(site: WebServer) -> None:
    """The connection is reused for the next image, but only if its folder is allowed, too."""
    anywhere = f"http://*:{site.server_port}"
    site.pages["/in/a.png"] = answer(body=b"x")
    urls = UrlAllowlist.of([anywhere, f"{site.url}/in/"])
    assert fetch(f"{site.url}/in/a.png", urls, Roots(), SMALL) == b"x"
    refused(f"{site.url}/a.png", urls)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),  # noqa: S104
        *("192.0.2.1", "192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
        *("100::1", "2001::1", "2001:db8::1", "2002:a00:1::", "fc00::1", "fe80::1", "fe80::1%eth0"),
        *("fec0::1", "ff02::1", "5f00::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not web.is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert web.is_public(address)
