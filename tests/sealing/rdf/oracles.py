"""What our own reading and naming is compared with: pyoxigraph for RDFC-1.0, PyLD for JSON-LD."""

from __future__ import annotations

from typing import Any

from mikra.vocabulary import contexts


def by_pyoxigraph(text: str, digest: str = "SHA256") -> str:
    """The canonical N-Quads of N-Quads."""
    import pyoxigraph as ox

    dataset = ox.Dataset(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    kinds = ox.CanonicalizationAlgorithm
    dataset.canonicalize(kinds.RDFC_1_0_SHA_384 if digest == "SHA384" else kinds.RDFC_1_0_SHA_256)
    return "".join(sorted(f"{quad} .\n" for quad in dataset))


def by_pyld(document: dict[str, Any]) -> bytes:
    """The canonical N-Quads of a document, expanded by PyLD."""
    from pyld import jsonld

    def load(url: str, options: Any) -> dict[str, Any]:
        content = {"@context": contexts.load(url)}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": content}

    options = {
        "base": None,
        "documentLoader": load,
        "format": "application/n-quads",
        "rdfDirection": "i18n-datatype",
    }
    return by_pyoxigraph(jsonld.to_rdf(document, options)).encode()
