"""What is well with an installation, what is not, and how to mend it: in words, for `mikra doctor` and a page."""

from __future__ import annotations
