"""RFC 8785: the fast writer gives what the reference gives, for every value."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import jcs

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)


@given(VALUES)
def test_as_the_reference(value: Any) -> None:
    assert jcs.canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"\ue000": 1, "\U00010000": 2},
        [1e21, 1e-7, 0.1, -0.0, 9.0, 100.0, 5e-324],
        "a:1.5",
        {"a": [-1.5, 2**53 - 1]},
        '\x00\x1f\x7f\u2028\\"/é🌍',
        -0.0,
        1.5,
    ],
)
def test_where_writers_differ(value: Any) -> None:
    assert jcs.canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, [2**60], {"a": -(2**64)}, float("nan"), "\ud800", {"\ud800": 1}])
def test_what_cannot_be_written_in_one_way(value: Any) -> None:
    with pytest.raises(InputError):
        jcs.canonical(value)
