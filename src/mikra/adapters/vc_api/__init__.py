"""The W3C-CCG VC API (0.7) over HTTP, for conformance suites and trials: our own did:key issuers, keys in memory."""
