"""R18: one guarded door to the network. A simulated internet; every connection is seen, and no socket is opened."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mikra.adapters.http import MAX_REDIRECTS, USER_AGENT, HttpLoader, Rules, dial, resolve
from mikra.errors import InputError, UnavailableError
from mikra.trust.did import resolve_method
from mikra.trust.loader import MAX_BODY
from tests.simulators import europe
from tests.simulators.network import PUBLIC, PUBLIC_V6, Machine, Network, drips, leads_to, says, sends

pytestmark = pytest.mark.drill("R18")
HOST = "issuer.example.test"
URL = f"https://{HOST}/list"
OK = b"HTTP/1.1 200 OK\r\n"

INNER = (
    *("127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "100.127.255.254", "198.18.0.1", "198.19.255.255", "192.0.0.170", "192.0.2.1", "192.88.99.1"),
    *("198.51.100.1", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::ffff:127.0.0.1", "::ffff:9.9.9.9", "64:ff9b::7f00:1", "64:ff9b::909:909", "64:ff9b:1::1"),
    *("2002:7f00:1::1", "2001::1", "2001:db8::1", "3fff::1", "fe80::1", "fe80::1%1", "fc00::1", "fec0::1", "ff02::1"),
    *("100::1", "5f00::1", "2001:20::1", "::127.0.0.1"),
)
"""Special-purpose addresses of every kind; the mapped and translated ones also of public addresses."""


def refused(network: Network, url: str = URL, rules: Rules | None = None) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught:
        network.loader(rules).load(url)
    return caught.value


def test_an_answer_comes_through_one_pinned_connection() -> None:
    network = Network().host(HOST, says(b"hello", Content_Type="text/plain"))
    loaded = network.loader().load(URL + "#part", accept="text/plain")
    assert (loaded.body, loaded.content_type, loaded.url) == (b"hello", "text/plain", URL + "#part")
    assert [(t.ip, t.port, t.name) for t in network.asked] == [(PUBLIC, 443, HOST)]
    assert network.looked_up == [HOST]
    assert network.wires[0].closed


def test_what_is_sent_tells_nothing_of_who_asks() -> None:
    network = Network().host(HOST, says())
    network.loader().load(URL + "?q=1", accept="application/json")
    lines = network.wires[0].request.decode().split("\r\n")
    assert lines == [
        "GET /list?q=1 HTTP/1.1",
        f"Host: {HOST}",
        f"User-Agent: {USER_AGENT}",
        "Accept-Encoding: identity",
        "Accept: application/json",
        "Connection: close",
        "",
        "",
    ]


def test_a_post_carries_its_body_and_is_never_sent_on() -> None:
    network = Network().host(HOST, says(b"token"))
    answer = network.loader().post(URL, b"query", content_type="application/timestamp-query", accept="a/b")
    assert answer.body == b"token"
    request = network.wires[0].request
    assert request.startswith(b"POST /list HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\nquery")
    assert b"Content-Length: 5\r\n" in request
    assert b"Content-Type: application/timestamp-query\r\n" in request
    with pytest.raises(UnavailableError) as caught:
        Network().host(HOST, leads_to(URL)).loader().post(URL, b"q", content_type="a/b")
    assert caught.value.code == "redirect_not_allowed"


def test_a_call_brings_refusals_back_and_nothing_else() -> None:
    network = Network().host(HOST, says(b'{"error":"x"}', status=400))
    answer = network.loader().call(URL, b"{}", content_type="application/json", authorization="Bearer abc")
    assert (answer.status, answer.body) == (400, b'{"error":"x"}')
    assert b"Authorization: Bearer abc\r\n" in network.wires[0].request
    assert Network().host(HOST, says()).loader().call(URL, b"{}", content_type="a/b").status == 200
    for status in (429, 500, 503):
        with pytest.raises(UnavailableError):
            Network().host(HOST, says(status=status)).loader().call(URL, b"{}", content_type="a/b")
    with pytest.raises(UnavailableError):
        Network().host(HOST, says(status=400)).loader().post(URL, b"{}", content_type="a/b")


@pytest.mark.parametrize("ip", INNER)
def test_a_name_that_leads_inside_is_not_asked(ip: str) -> None:
    network = Network(names={HOST: [(ip,)]}, machines={(ip, HOST): says()})
    assert refused(network).code == "url_not_allowed"
    assert network.asked == []


@pytest.mark.parametrize("ip", INNER)
def test_one_inner_address_among_public_ones_is_enough(ip: str) -> None:
    network = Network(names={HOST: [(PUBLIC, ip)]}, machines={(PUBLIC, HOST): says()})
    assert refused(network).code == "url_not_allowed"
    assert network.asked == []


@pytest.mark.parametrize("ip", [PUBLIC, "1.1.1.1", PUBLIC_V6, "2a00:1450:4001:80b::200e", "192.0.1.1", "223.255.255.1"])
def test_a_public_address_is_asked(ip: str) -> None:
    network = Network().host(HOST, says(), ip)
    assert network.loader().load(URL).body == b"{}"
    assert [t.ip for t in network.asked] == [ip]


def test_a_name_is_resolved_once_so_that_it_cannot_be_rebound() -> None:
    network = Network(names={HOST: [(PUBLIC,), ("127.0.0.1",)]}, machines={(PUBLIC, HOST): says(b"public")})
    assert network.loader().load(URL).body == b"public"
    assert network.looked_up == [HOST]
    assert [t.ip for t in network.asked] == [PUBLIC]
    assert refused(network).code == "url_not_allowed"  # the second request meets the second answer
    assert [t.ip for t in network.asked] == [PUBLIC]


def test_the_certificate_must_be_that_of_the_name() -> None:
    network = Network(names={HOST: [(PUBLIC,)]}, machines={(PUBLIC, "other.example.test"): says()})
    error = refused(network)
    assert error.message == "The host cannot show that it is the one we asked for."


def test_where_one_address_is_silent_the_next_is_tried_within_the_same_time() -> None:
    network = Network(down={PUBLIC_V6}).host(HOST, says(b"v4"), PUBLIC_V6, PUBLIC)
    started = network.clock()
    assert network.loader().load(URL).body == b"v4"
    assert network.clock() - started < 5
    network.down.add(PUBLIC)
    assert refused(network).code == "timeout"


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/",
        f"ftp://{HOST}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_",
        f"https://user@{HOST}/",
        f"https://@{HOST}/",
        f"https://user:secret@{HOST}/",
        f"https://{HOST}:22/",
        f"https://{HOST}:99999/",
        f"https://{HOST}:0/",
        f"https://{HOST}:/",
        f"https://{HOST}./",
        f"https://{HOST}\\@127.0.0.1/",
        f"https://{HOST}/a\r\nHost: b",
        f"https://{HOST}/a b",
        f"https://{HOST}/../admin",
        f"https://{HOST}/a/%2e%2E/admin",
        f"https://{HOST}%00.evil.test/",
        "https://localhost/",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://router.home.arpa/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://ⓛocalhost/",
        "https://127。0。0。1/",
        "https://-a.example.test/",
        "https://a..example.test/",
        "https://xn--/",
        f"https://{'a' * 64}.example.test/",
        f"https://{'a.' * 130}test/",
        f"https://{HOST}/{'a' * 2100}",
        "https:///",
        "https://",
        "",
    ],
)
def test_addresses_that_may_not_be_asked(url: str) -> None:
    network = Network().host(HOST, says())
    for name in ("localhost", "127.0.0.1", "intranet", "xn--", f"{HOST}."):
        network.host(name, says())
    assert refused(network, url).code == "url_not_allowed"
    assert refused(network, url, Rules(plain=url.startswith("https"))).code == "url_not_allowed"
    assert (network.asked, network.looked_up) == ([], [])


def test_letters_of_other_scripts_in_a_path_are_escaped() -> None:
    network = Network().host(HOST, says())
    network.loader().load(f"https://{HOST}/școală/a%20b?q=ü&r=%2F")
    assert network.wires[0].request.startswith(b"GET /%C8%99coal%C4%83/a%20b?q=%C3%BC&r=%2F HTTP")


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("https://127.0.0.1/", "url_not_allowed"),
        ("http://127.0.0.1:22/", "url_not_allowed"),
        (f"http://{HOST}/", "url_not_allowed"),
        ("file:///etc/passwd", "url_not_allowed"),
        ("https://inner.example.test/", "url_not_allowed"),
        ("//127.0.0.1/", "url_not_allowed"),
        ("https://[::1]/", "url_not_allowed"),
        ("https://[::1/", ""),
        ("", ""),
    ],
)
def test_a_redirect_is_checked_like_any_address(place: str, code: str) -> None:
    network = Network().host(HOST, leads_to(place)).host("inner.example.test", says(), "10.0.0.1")
    assert refused(network).code == code
    assert [t.ip for t in network.asked] == [PUBLIC]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_to_a_public_address_is_followed(status: str) -> None:
    network = Network().host(HOST, leads_to("https://other.example.test/x", status))
    network.host("other.example.test", says(b"there"), PUBLIC_V6)
    loaded = network.loader().load(URL)
    assert (loaded.body, loaded.url) == (b"there", URL)
    assert [(t.ip, t.name) for t in network.asked] == [(PUBLIC, HOST), (PUBLIC_V6, "other.example.test")]


def test_redirects_end() -> None:
    network = Network().host(HOST, leads_to(URL))
    assert refused(network).code == "redirect_not_allowed"
    assert len(network.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "machine",
    [
        drips(OK + b"Content-Length: 100\r\n\r\n", b"x", 0.4),
        drips(OK + b"X: ", b"a", 0.4),
        drips(b"H", b"T", 0.4),
        drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.4),
        sends((9.0, OK + b"\r\n")),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.4),
    ],
    ids=["body", "header", "status", "chunks", "silence", "continue"],
)
def test_whatever_drips_is_left_after_five_seconds(machine: Machine) -> None:
    network = Network().host(HOST, machine)
    started = network.clock()
    assert refused(network).code == "timeout"
    assert network.clock() - started <= 5.5
    assert network.wires[0].closed


def test_redirects_share_the_five_seconds() -> None:
    slow = sends((2.0, b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n"))
    network = Network().host(HOST, slow)
    started = network.clock()
    assert refused(network).code == "timeout"
    assert network.clock() - started <= 5.5


@pytest.mark.parametrize(
    "machine",
    [
        says(b"x", Content_Length=str(MAX_BODY + 1)),
        drips(OK + b"\r\n", b"x" * 65536, 0.0),
        drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n", 0.0),
    ],
    ids=["announced", "endless", "endless chunks"],
)
def test_an_answer_has_an_end(machine: Machine) -> None:
    assert refused(Network().host(HOST, machine)).code == "response_too_large"


def test_a_larger_answer_only_where_it_is_asked_for() -> None:
    network = Network().host(HOST, says(b"x" * (MAX_BODY + 1)))
    assert refused(network).code == "response_too_large"
    assert len(network.loader().with_limits(most=MAX_BODY + 1).load(URL).body) == MAX_BODY + 1


@pytest.mark.parametrize(
    "machine",
    [
        says(b"x", Content_Length="2"),
        says(b"x", Content_Encoding="gzip"),
        says(b"x", Transfer_Encoding="gzip, chunked"),
        says(status="404 Not Found"),
        says(status="500 Oops"),
        says(status="204 No Content", body=b""),
        says(status="206 Partial Content"),
        sends(b"nonsense"),
        sends(b""),
        sends(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        sends(OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc"),
        sends(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
        sends(OK + b"A: b\r\n" * 200 + b"\r\n"),
        sends(OK + b"A: " + b"b" * 70000 + b"\r\n\r\n"),
    ],
)
def test_what_is_no_whole_answer_is_none(machine: Machine) -> None:
    network = Network().host(HOST, machine)
    assert refused(network).code in {"", "timeout"}
    assert network.wires[0].closed


def test_when_to_ask_again_is_passed_on() -> None:
    assert refused(Network().host(HOST, says(status="503 Later", Retry_After="120"))).retry_after == 120
    assert refused(Network().host(HOST, says(status="503 Later", Retry_After="soon"))).retry_after is None


def test_no_host_of_that_name() -> None:
    network = Network()
    assert refused(network).message == "There is no such host."
    assert network.asked == []


def test_this_machine_only_for_whoever_says_so() -> None:
    network = Network().host("localhost", says(), "127.0.0.1")
    network.machines["127.0.0.1", ""] = says(b"own")
    url = "http://localhost:8000/x"
    assert refused(network, url).code == "url_not_allowed"
    assert network.asked == []
    loaded = network.loader(Rules(loopback=True)).load(url)
    assert loaded.body == b"own"
    assert refused(network, "http://10.0.0.1/", Rules(loopback=True)).code == "url_not_allowed"
    assert refused(network, f"http://{HOST}/", Rules(loopback=True)).code == "url_not_allowed"


def test_plain_http_only_for_what_is_sealed_itself() -> None:
    network = Network().host(HOST, says())
    network.machines[PUBLIC, ""] = says(b"crl")
    assert refused(network, f"http://{HOST}/x.crl").code == "url_not_allowed"
    assert network.loader(Rules(plain=True)).load(f"http://{HOST}/x.crl").body == b"crl"
    assert network.loader().for_sealed().load(f"http://{HOST}/x.crl").body == b"crl"
    assert (network.asked[0].port, network.asked[0].name) == (80, "")
    assert refused(network, "http://127.0.0.1/", Rules(plain=True)).code == "url_not_allowed"


def _did_web_url(did: str) -> str:
    """W3C did:web, 3.2, done without any care: what a careless reader would ask."""
    host, *path = did.partition("did:web:")[2].split(":") if did.startswith("did:web:") else [did]
    return f"https://{unquote(host)}/" + "/".join(
        [*map(unquote, path), "did.json"] if path else [".well-known/did.json"]
    )


LIST: list[str] = json.loads((Path(__file__).parents[1] / "corpus/url-list/ssrf-did-web.json").read_text())


@pytest.mark.drill("R4")
@pytest.mark.parametrize("did", LIST)
def test_the_list_of_dangerous_addresses(did: str) -> None:
    """Even asked carelessly, the door itself refuses each of them, and sends nothing but to checked addresses."""
    network = _world()
    error = refused(network, _did_web_url(did))
    named = did.rpartition(":")[2].removesuffix(".example.test")
    assert error.code == {"slow": "timeout", "endless": "response_too_large"}.get(named, "url_not_allowed")
    assert {t.ip for t in network.asked} <= {PUBLIC}
    assert bool(network.asked) == (named in {"slow", "endless", "redirects-to-loopback"})


@pytest.fixture(scope="module")
def machine_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real machine on loopback whose certificate is that of "localhost"; its port."""
    folder = tmp_path_factory.mktemp("tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    holder = web_holder("localhost")
    secret = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "machine.pem").write_bytes(secret + holder.certificate.public_bytes(Encoding.PEM))
    context.load_cert_chain(folder / "machine.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Here) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


class _Here(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def web_holder(host: str) -> europe.Holder:
    name = x509.SubjectAlternativeName([x509.DNSName(host)])
    plan = europe.Plan(
        subject=europe.name(host),
        end=datetime(2040, 1, 1, tzinfo=UTC),
        extensions=((name, False), (x509.BasicConstraints(ca=True, path_length=0), True)),
    )
    return europe.self_issued(europe.key("P-256", host), plan)


@pytest.mark.sockets
def test_over_a_real_connection(machine_here: int) -> None:
    trusting = ssl.create_default_context(cadata=web_holder("localhost").certificate.public_bytes(Encoding.DER))

    def ask(host: str, tls: ssl.SSLContext | None) -> bytes:
        door = HttpLoader(Rules(loopback=True), resolver=lambda *_: ("127.0.0.1",), connector=partial(dial, tls=tls))
        return door.load(f"https://{host}:{machine_here}/").body

    assert ask("localhost", trusting) == b"here"
    for host, tls in (("localhost", None), ("issuer.example.test", trusting)):
        with pytest.raises(UnavailableError) as caught:
            ask(host, tls)
        assert caught.value.message == "The host cannot show that it is the one we asked for."


@pytest.mark.sockets
def test_the_system_resolver_knows_this_machine() -> None:
    assert "127.0.0.1" in resolve("127.0.0.1", 443)
    with pytest.raises(UnavailableError) as caught:
        HttpLoader().load("https://localhost/")
    assert caught.value.code == "url_not_allowed"


def _world() -> Network:
    """The hosts that the list names, with the answers of its resolver."""
    network = Network()
    for name in ("issuer.example.test", "evil.test", "example.test"):
        network.host(name, says())
    network.names |= {"localtest.me": [("127.0.0.1",)], "metadata.google.internal": [("169.254.169.254",)]}
    network.names["rebind.example.test"] = [("203.0.113.7",), ("127.0.0.1",)]
    network.host("redirects-to-loopback.example.test", leads_to("https://127.0.0.1/"))
    network.host("slow.example.test", drips(OK + b"\r\n", b"x", 1.0))
    return network.host("endless.example.test", drips(OK + b"\r\n", b"x" * 65536, 0.0))


@pytest.mark.drill("R4")
@pytest.mark.parametrize("did", LIST)
def test_the_list_of_dangerous_dids(did: str) -> None:
    """As it is asked in truth: through the reader of DIDs, and the door behind it."""
    network = _world()
    with pytest.raises((UnavailableError, InputError)) as caught:
        resolve_method(f"{did}#key", loader=network.loader())
    named = did.rpartition(":")[2].removesuffix(".example.test")
    expected = {"slow": {"timeout"}, "endless": {"response_too_large"}}.get(named, {"url_not_allowed", "did_malformed"})
    assert caught.value.code in expected
    assert {t.ip for t in network.asked} <= {PUBLIC}
    assert bool(network.asked) == (named in {"slow", "endless", "redirects-to-loopback"})


def test_the_door_is_made_without_arguments() -> None:
    assert HttpLoader().rules == Rules()
