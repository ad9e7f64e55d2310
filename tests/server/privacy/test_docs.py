"""What the documents on data protection and threats say is so."""

from __future__ import annotations

import re

from mikra.server.actions.tenant_settings import TenantSettings
from tools.house import tree


def test_each_test_that_the_threats_name_is_there() -> None:
    named = set(re.findall(r"`(tests/[^`]+)`", (tree.ROOT / "docs" / "threats.md").read_text("utf-8")))
    assert len(named) > 10
    assert sorted(one for one in named if not (tree.ROOT / one).exists()) == []


def test_the_times_of_keeping_are_those_of_the_service() -> None:
    page = (tree.ROOT / "docs" / "data-protection.md").read_text("utf-8")
    told = {name: int(days.replace(",", "")) for name, days in re.findall(r"`(keep_\w+)` \| ([\d,]+) days", page)}
    default = TenantSettings()
    assert told == {name: getattr(default, name) for name in told}
    assert set(told) == {name for name in TenantSettings.__dataclass_fields__ if name.startswith("keep_")}
