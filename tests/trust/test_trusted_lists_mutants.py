"""Drills R3 and R5 for trusted lists: no mutant says anything else, and whatever is given, only our own errors come."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError, UnavailableError
from mikra.trust import strict_xml, trusted_list, trusted_list_seal
from mikra.trust.trusted_list import TrustedList, read
from mikra.trust.trusted_list_seal import open_list
from tests.drills.mutants import mutants, tried
from tests.simulators.trusted_lists import ListXml, Said, StateXml, operator, services, sign

OFFICE = operator("Office")
LIST = ListXml(services=services(states=(StateXml(said=(Said(qualifiers=("QCWithQSCD",)),)), StateXml())))


def accepted(data: bytes) -> TrustedList | None:
    """What a list says, None where it is refused."""
    try:
        return open_list(data, (OFFICE.der,)).content
    except InputError:
        return None


@pytest.mark.extra("trust")
@pytest.mark.drill("R3")
def test_no_mutant_says_anything_else(
    amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    data = sign(LIST.xml(), OFFICE)
    count = amount(500, 100_000)
    refused, forged = tried(data, accepted, count=count, seed=1)
    record_property("mutants of a trusted list", f"{count}, refused {refused}, forged {len(forged)}")
    assert forged == []
    assert refused > count * 0.7  # the certificate that stands in the signature decides nothing, so it may change


@pytest.mark.extra("trust")
def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the signature not looked at, mutants say other things."""
    monkeypatch.setattr(trusted_list_seal, "_signed_bytes", lambda data, _: data)
    data = sign(LIST.xml(), OFFICE)
    original = accepted(data)
    assert original is not None
    assert any(accepted(mutant) not in (None, original) for _, mutant in mutants(data, 500, seed=1))


@pytest.mark.drill("R5")
def test_only_our_errors_for_mutants_whose_signature_nobody_checks(
    amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    data = LIST.xml()
    count = amount(2_000, 100_000)
    readers: tuple[Callable[[bytes], object], ...] = (read, trusted_list.refuse_pointers)
    for _, mutant in mutants(data, count, seed=5):
        for reader in readers:
            with suppress(InputError, UnavailableError):
                reader(mutant)
    record_property("inputs of the reader of trusted lists", count)


NAMES = st.sampled_from(
    ["TrustServiceStatusList", "SchemeInformation", "TSLType", "X509Certificate", "xi:include", "ds:Signature", "a"]
)
TEXTS = st.text(max_size=20).map(lambda t: t.replace("&", "").replace("<", "").replace("\0", ""))
XML = st.recursive(
    TEXTS | st.sampled_from(["<!-- c -->", "<?pi x?>", "<![CDATA[x]]>", "&amp;", "&#0;", "&lol;", "<!DOCTYPE a>"]),
    lambda inner: st.builds(
        lambda name, parts: f'<{name} Id="{len(parts)}">{"".join(parts)}</{name}>', NAMES, st.lists(inner, max_size=4)
    ),
    max_leaves=15,
)
HEAD = (
    '<?xml version="1.0"?><TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xi="http://www.w3.org/2001/XInclude">'
)


@pytest.mark.drill("R5")
@given(
    st.binary(max_size=300) | XML.map(str.encode) | XML.map(lambda x: f"{HEAD}{x}</TrustServiceStatusList>".encode())
)
def test_only_our_errors_for_any_bytes(data: bytes) -> None:
    for reader in (strict_xml.outline, read, trusted_list_seal.refuse_odd_form):
        with suppress(InputError):
            reader(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a>" * 41 + b"</a>" * 41, "xml_too_deep"),
        (b"<a>" + b"<b/>" * 30 + b"</a>", "xml_too_deep"),
        (b"<a>" + b"x" * 3000 + b"</a>", "too_large"),
        (b'<a Id="x"><b Id="x"/></a>', "trusted_list_malformed"),
        (b'<a ID="x"><b id="x"/></a>', "trusted_list_malformed"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "xml_malformed"),
        ('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"), "xml_malformed"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', "xml_malformed"),
        (b"<a>\xff</a>", "xml_malformed"),
        (b"<a>&b;</a>", "xml_malformed"),
        (b"<a><b></a></b>", "xml_malformed"),
        (b"<a/><b/>", "xml_malformed"),
        (b"", "xml_malformed"),
        (b"<!DOCTYPE a><a/>", "xml_doctype"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_doctype"),
        (b"<a><?run this?></a>", "trusted_list_malformed"),
        (b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="b"/></a>', "trusted_list_malformed"),
    ],
)
def test_xml_that_is_refused(data: bytes, code: str) -> None:
    limits = dataclasses.replace(strict_xml.LIMITS, size=2000, elements=20)
    with pytest.raises(InputError) as caught:
        strict_xml.outline(data, limits)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "data", [b"<a/>", b"\xef\xbb\xbf<a/>", b"<?xml version='1.0' encoding='utf-8' standalone='no'?><a><!-- b --></a>"]
)
def test_xml_that_is_read(data: bytes) -> None:
    assert strict_xml.outline(data).root == "a"
