"""Walks over the pages of an installation that runs, as each kind of person, and looks at each in a browser (R17)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve

from mikra.server.web.headers import POLICY
from tests.drills import comfort
from tests.plugins.browser import barriers, sideways

COOKIES = re.compile(r"sessionid|csrftoken|django_language|present_[0-9a-f]{32}")
"""What is strictly needed: the session, the forms, the language that was chosen, a question to a wallet."""
WATCH = "window.planted = () => { window.sprung = true }"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@dataclass
class Walker:
    """One person's browser. `seen`: route -> address of each page; `others`: of each answer that is no page."""

    context: Any
    origin: str
    seen: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        self.page.on("request", self._asked)

    def _fault(self, text: str) -> None:
        self.faults.append(f"{urlsplit(self.page.url).path}: {text}")

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self._fault(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.origin, "data:", "about:")):
            self._fault(f"asks {request.url}")

    def walk(self, *starts: str) -> None:
        """From these addresses wherever links lead: one page of each route."""
        waits, known = list(starts), set(starts)
        while waits:
            address = waits.pop(0)
            route = route_of(address)
            if route is None or route in self.seen or route in self.others:
                continue
            answer = self.context.request.get(self.origin + address, max_redirects=0, timeout=60_000)
            target = answer.headers.get("location", "")
            if target:
                self.others[route] = address
                onward = [urljoin(address, target)]
            else:
                onward = self._looked(route, address, answer)
            new = [one for one in (self._inside(each) for each in onward) if one and one not in known]
            known.update(new)
            waits += new

    def probe(self, route: str, address: str) -> str:
        """What stands where no link led: "page", which is then one of those seen, or what it is instead."""
        answer = self.context.request.get(self.origin + address, max_redirects=0, timeout=60_000)
        kind = answer.headers.get("content-type", "")
        if answer.status in (301, 302, 303, 405) or answer.status >= 500:
            if answer.status >= 500 and "json" not in kind:
                self.faults.append(f"{address}: {answer.status}")
            return str(answer.status)
        if "text/html" not in kind:
            return kind
        if answer.status == 200 and "<html" in answer.text():
            self._looked(route, address, answer)
            return "page"
        return "part of a page" if answer.status in (200, 204) else str(answer.status)

    def _inside(self, address: str) -> str:
        parts = urlsplit(urldefrag(urljoin(self.origin, address)).url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _looked(self, route: str, address: str, answer: Any) -> list[str]:
        for one in header_faults(answer.headers):
            self.faults.append(f"{address}: {one}")
        if answer.status >= 500:
            self.faults.append(f"{address}: {answer.status}")
        told = answer.headers
        if "text/html" not in told.get("content-type", "") or "attachment" in told.get("content-disposition", ""):
            self.others[route] = address
            return []
        if answer.status != 200:
            self.faults.append(f"{address}: a link leads to {answer.status}")
            return []
        self.seen[route] = address
        found: list[str] = re.findall(r'href="([^"#]+)"', answer.text())
        return [one.replace("&amp;", "&") for one in found if not one.startswith(("/static/", "mailto:"))]

    def comfort(self, address: str) -> None:
        """One page by keyboard, narrow, with large text, in the system's colours, without motion."""
        self.page.set_viewport_size(dict(DESK))
        self.page.goto(f"{self.origin}{address}")
        for one in dict.fromkeys(comfort.faults(self.page)):
            self._fault(one)

    def look(self, address: str, language: str, size: Mapping[str, int], *, axe: bool = True) -> None:
        """One page in one language, in a window of that size; `axe`: for barriers too, which takes most of the time."""
        self.page.set_viewport_size(dict(size))
        self.page.goto(f"{self.origin}{address}{'&' if '?' in address else '?'}lang={language}")
        found = barriers(self.page) if axe else []
        for one in [*found, *(f"too wide: {wide}" for wide in sideways(self.page))]:
            self._fault(f"{language}, {size['width']}: {one}")
        for one in script_faults(self.page):
            self._fault(one)
        if self.page.evaluate("document.documentElement.lang").split("-")[0] != language:
            self._fault(f"is not in {language}")
        strange = [one["name"] for one in self.context.cookies() if not COOKIES.fullmatch(one["name"])]
        if strange:
            self._fault(f"cookies: {strange}")


def route_of(address: str) -> str | None:
    """The route in the URL map behind an address."""
    try:
        return resolve(urlsplit(address).path).route
    except Resolver404:
        return None


def header_faults(headers: Mapping[str, str]) -> Iterator[str]:
    """What an answer says wrong to the browser."""
    policy = headers.get("content-security-policy", "")
    given = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    wanted = dict(one.strip().partition(" ")[::2] for one in POLICY.split(";"))
    if "unsafe" in policy:
        yield "the policy allows what is unsafe"
    for name, sources in wanted.items():
        if name != "form-action" and given.get(name) != sources:
            yield f"the policy says {name} {given.get(name)!r}"
    if headers.get("x-content-type-options") != "nosniff":
        yield "types may be guessed"
    if "referrer-policy" not in headers:
        yield "the next site may learn where one was"


def script_faults(page: Any) -> list[str]:
    """Script text that has become script, and handlers or addresses of script in the page."""
    found: list[str] = page.evaluate(
        """() => {
            const faults = window.sprung ? ['planted script has run'] : [];
            for (const one of document.querySelectorAll('*')) {
                for (const each of one.attributes) {
                    if (each.name.startsWith('on')) faults.push(`${one.tagName} has ${each.name}`);
                    if (each.name === 'style') faults.push(`${one.tagName} has a style of its own`);
                    const leads = ['href', 'src', 'action', 'formaction'].includes(each.name);
                    if (leads && /^\\s*javascript:/i.test(each.value))
                        faults.push(`${one.tagName} leads to script`);
                }
            }
            const data = ['application/json', 'application/ld+json'];
            for (const one of document.scripts)
                if (!one.src && !data.includes(one.type)) faults.push('script within');
            return faults;
        }"""
    )
    return found
