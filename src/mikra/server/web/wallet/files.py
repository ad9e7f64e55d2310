"""Files of credentials as a browser saves them, under names that say what they are and nothing of whom."""

from __future__ import annotations

from django.http import HttpResponse

_KINDS = {
    "json": ("application/vc+ld+json", "jsonld"),
    "jwt": ("application/jwt", "jwt"),
    "sd_jwt": ("application/dc+sd-jwt", "sd-jwt.txt"),
    "pdf": ("application/pdf", "pdf"),
    "png": ("image/png", "png"),
    "svg": ("application/octet-stream", "svg"),  # an image of a stranger is nothing that our origin shows
    "zip": ("application/zip", "zip"),
}
_OTHER = ("application/octet-stream", "bin")


def saved(content: bytes, form: str, *, name: str = "credential") -> HttpResponse:
    """`form`: of `formats.sniff.Kind`."""
    kind, ending = _KINDS.get(form, _OTHER)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response


def saved_as(content: bytes, name: str) -> HttpResponse:
    """A file of ours under a name with its ending."""
    kind = next((kind for kind, ending in _KINDS.values() if name.endswith(f".{ending}")), _OTHER[0])
    if name.endswith(".json"):
        kind = "application/json"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def unindexed(response: HttpResponse) -> HttpResponse:
    """Kept by no cache and no search engine, and no other site is told where one came from."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send forms with `Origin: null`
    response["Cache-Control"] = "no-store"
    return response
