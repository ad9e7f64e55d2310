"""From JSON-LD to RDF to canonical bytes, strictly: what would be lost on the way is an error."""
