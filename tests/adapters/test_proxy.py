"""The guarded door by way of a forward proxy: the rules stay, the way is another."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from socket import SHUT_WR, create_connection, socket
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mikra.adapters.http import HttpLoader, Rules, Target, Wire, secure
from mikra.adapters.proxy import Proxy, read, through
from mikra.errors import InputError, UnavailableError
from tests.adapters.test_http import machine_here, web_holder
from tests.simulators.network import PUBLIC, PUBLIC_V6, Machine, Network, drips, leads_to, says, sends

__all__ = ["machine_here"]

HOST = "issuer.example.test"
URL = f"https://{HOST}/list"
PROXY = Proxy(host="proxy.zed.example", port=3128)
OPEN = sends(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 zed\r\n\r\n")


@dataclass
class House:
    """A house whose only way out is its proxy, with `network` behind it."""

    network: Network
    proxy: Proxy = PROXY
    answers: Machine = OPEN

    def door(self) -> HttpLoader:
        self.network.machines[self.proxy.host, ""] = self.answers
        return through(self.network.loader(), self.proxy, tls=self.behind)

    def behind(self, wire: Wire, name: str, seconds: float) -> Wire:
        """What TLS through the tunnel reaches: the machine that the proxy was asked for."""
        host, _, port = self.asked[-1].rpartition(":")
        return self.network.connect(Target(ip=host.strip("[]"), port=int(port), name=name), seconds)

    @property
    def asked(self) -> list[str]:
        """The places that the proxy was asked for."""
        requests = [wire.request.decode() for wire in self.network.wires if wire.request.startswith(b"CONNECT ")]
        return [request.split()[1] for request in requests]


def refusal(ask: Callable[[], object]) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize("ip", [PUBLIC, PUBLIC_V6])
def test_the_proxy_is_asked_for_the_address_that_was_checked(ip: str) -> None:
    house = House(Network().host(HOST, says(b"hello"), ip))
    assert house.door().load(URL).body == b"hello"
    assert house.network.looked_up == [HOST]
    assert house.asked == [f"[{ip}]:443" if ":" in ip else f"{ip}:443"]
    first, last = house.network.asked
    assert (first.ip, first.port, first.name) == ("proxy.zed.example", 3128, "")
    assert last.name == HOST, "the certificate is that of the name"
    assert (
        house.network.wires[0].request
        == f"CONNECT {house.asked[0]} HTTP/1.1\r\nHost: {house.asked[0]}\r\n\r\n".encode()
    )
    assert b"Host: issuer.example.test\r\n" in house.network.wires[1].request


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "fc00::1"])
def test_a_name_that_leads_inside_is_not_asked_for(ip: str) -> None:
    house = House(Network().host(HOST, says(), ip))
    assert refusal(lambda: house.door().load(URL)).code == "url_not_allowed"
    assert house.network.asked == []


def test_a_redirect_is_an_address_like_any_other() -> None:
    house = House(
        Network().host(HOST, leads_to("https://inner.example.test/")).host("inner.example.test", says(), "10.0.0.1")
    )
    assert refusal(lambda: house.door().load(URL)).code == "url_not_allowed"
    assert house.asked == [f"{PUBLIC}:443"]


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (sends(b"HTTP/1.1 403 Forbidden\r\n\r\n"), "403"),
        (sends(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), "407"),
        (sends(b"HTTP/1.1 302 Found\r\nLocation: https://x.example\r\n\r\n"), "302"),
        (sends(b"SSH-2.0-x\r\n\r\n"), "something else"),
        (sends(b"HTTP/1.1 200 OK\r\n"), "no whole answer"),
        (sends(b"HTTP/1.1 200 OK\r\n" + b"a" * 9000), "no whole answer"),
    ],
)
def test_a_proxy_that_does_not_open_the_way_is_told(answers: Machine, found: str) -> None:
    house = House(Network().host(HOST, says()), answers=answers)
    error = refusal(lambda: house.door().load(URL))
    assert found in error.found
    assert len(house.network.asked) == 1
    assert house.network.wires[0].closed


def test_a_proxy_that_drips_is_left() -> None:
    house = House(Network().host(HOST, says()), answers=drips(b"HTTP/1.1 200 OK\r\n", b"a", 60.0))
    assert refusal(lambda: house.door().load(URL)).code == "timeout"


def test_a_proxy_is_not_gone_round() -> None:
    house = House(Network().host(HOST, says()))
    door = house.door()
    house.network.machines.pop((PROXY.host, ""))
    refusal(lambda: door.load(URL))
    assert [target.ip for target in house.network.asked] == [PROXY.host]


def test_a_proxy_that_takes_names_is_asked_for_them_and_for_no_inner_ones() -> None:
    network = Network()
    network.machines[HOST, HOST] = says(b"hello")
    house = House(network, proxy=Proxy(host="proxy.zed.example", port=3128, resolves=True))
    door = house.door()
    assert door.load(URL).body == b"hello"
    assert (network.looked_up, house.asked) == ([], [f"{HOST}:443"])
    for inner in ("https://127.0.0.1/", "https://localhost/", "https://intranet/", "https://10.0.0.1/x"):
        assert refusal(lambda url=inner: door.load(url)).code == "url_not_allowed"  # type: ignore[misc]
    assert len(house.asked) == 1


def test_other_rules_keep_the_way() -> None:
    house = House(Network().host(HOST, says(b"hello")))
    for door in (
        house.door().for_sealed(),
        house.door().with_limits(most=10),
        house.door().with_rules(house.door().rules),
    ):
        assert door.load(URL).body == b"hello"
    assert len(house.asked) == 3


@pytest.mark.parametrize("text", ["proxy.zed.example:3128", "http://10.0.0.8:8080/", "[fc00::1]:3128"])
def test_addresses_of_proxies(text: str) -> None:
    assert read(text).port in (3128, 8080)


@pytest.mark.parametrize(
    "text", ["", "proxy", "proxy:0", "proxy:70000", "https://proxy:3128", "http://me:secret@proxy:3128", "proxy:80/x"]
)
def test_what_is_no_address_of_a_proxy(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert "secret" not in str(caught.value)


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://proxy.zed.example:3128")
    network = Network().host(HOST, says(b"hello"))
    assert network.loader().load(URL).body == b"hello"
    assert [target.ip for target in network.asked] == [PUBLIC]


class _Way(StreamRequestHandler):
    """A real proxy: opens the way that it is asked for, and passes on what comes."""

    def handle(self) -> None:
        place = self.rfile.readline().split()[1].decode()
        while self.rfile.readline().strip():
            pass
        host, _, port = place.rpartition(":")
        with create_connection((host, int(port)), timeout=5) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = Thread(target=_pass_on, args=(there, self.connection), daemon=True)
            back.start()
            _pass_on(self.connection, there)
            back.join()


def _pass_on(source: socket, goal: socket) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            goal.sendall(data)
        goal.shutdown(SHUT_WR)


@pytest.mark.sockets
def test_over_real_connections(machine_here: int) -> None:
    trusting = ssl.create_default_context(cadata=web_holder("localhost").certificate.public_bytes(Encoding.DER))
    with ThreadingTCPServer(("127.0.0.1", 0), _Way) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        way = Proxy(host="127.0.0.1", port=server.server_address[1])
        for name, tls in (("localhost", trusting), ("localhost", None), ("issuer.example.test", trusting)):
            door = HttpLoader(Rules(loopback=True), resolver=lambda *_: ("127.0.0.1",))
            ask = partial(through(door, way, tls=partial(secure, tls=tls)).load, f"https://{name}:{machine_here}/")
            if name == "localhost" and tls:
                assert ask().body == b"here"
            else:
                assert refusal(ask).message == "The host cannot show that it is the one we asked for."
        server.shutdown()
        thread.join()
