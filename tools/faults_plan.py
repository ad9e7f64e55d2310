"""What `tools.faults` tries: which files hold checks, which tests should notice, checks of unusual form."""

from __future__ import annotations

_SD_JWT = ("tests/sealing/test_sd_jwt.py", "tests/sealing/test_sd_jwt_key_binding.py")
_WALLETS = ("tests/verification/test_sd_jwt.py", "tests/conversion/test_sd_jwt_vc.py")
_GATE = ("tests/sealing/test_gate.py", "tests/sealing/test_vc_jose.py", "tests/sealing/test_jades.py")
_DI = ("tests/verification/test_data_integrity.py", "tests/sealing/test_data_integrity_vectors.py")
_DIDS = ("tests/trust/test_did.py", "tests/trust/test_did_web.py", "tests/trust/test_issuer_keys.py")
_CORPUS = ("tests/verification/test_corpus.py",)
_PATHS = ("tests/trust/test_x509.py", "tests/trust/test_x509_certificates.py", "tests/verification/test_verify.py")
_PDF = ("tests/verification/test_pdf.py", "tests/sealing/test_pades.py", "tests/formats/test_pdf.py")
_IMAGES = ("tests/formats/test_baked.py", "tests/formats/test_png.py", *_CORPUS)

AREAS: dict[str, tuple[str, ...]] = {
    "base64url.py": (*_GATE, "tests/sealing/test_sd_jwt.py"),
    "instants.py": ("tests/verification/test_instants.py", "tests/verification/test_dates.py"),
    "strictjson.py": ("tests/strictjson",),
    "public_keys/jwk.py": ("tests/public_keys", *_DIDS),
    "public_keys/strength.py": ("tests/public_keys", *_DIDS, *_CORPUS),
    "sealing/jws.py": _GATE,
    "sealing/algorithms.py": (*_GATE, *_CORPUS),
    "sealing/jwt_claims.py": ("tests/sealing/test_vc_jose.py", "tests/verification/test_vc_jose.py"),
    "sealing/vc_jose.py": ("tests/sealing/test_vc_jose.py", "tests/verification/test_vc_jose.py"),
    "verification/openers/vc_jose.py": ("tests/verification/test_vc_jose.py", *_CORPUS),
    "sealing/sd_jwt/conceal.py": _SD_JWT,
    "sealing/sd_jwt/issue.py": (*_SD_JWT, *_WALLETS),
    "sealing/sd_jwt/read.py": _SD_JWT,
    "sealing/sd_jwt/key_binding.py": _SD_JWT,
    "sealing/chunk.py": ("tests/conversion/test_wallet_batch.py",),
    "sealing/sd_jwt/template.py": ("tests/sealing/test_sd_jwt_template.py",),
    "sealing/sd_jwt/type_metadata.py": ("tests/conversion/test_sd_jwt_vc.py",),
    "conversion/sd_jwt_vc.py": ("tests/conversion/test_sd_jwt_vc.py",),
    "conversion/wallet_batch.py": ("tests/conversion/test_wallet_batch.py",),
    "conversion/wallet_type.py": ("tests/conversion/test_sd_jwt_vc.py",),
    "trust/certified_names.py": _WALLETS,
    "verification/certified_issuer.py": _WALLETS,
    "verification/key_binding.py": _WALLETS,
    "verification/openers/keys.py": (*_WALLETS, "tests/verification/test_vc_jose.py"),
    "verification/openers/sd_jwt.py": _WALLETS,
    "sealing/jades.py": ("tests/sealing/test_jades.py", "tests/sealing/test_gate.py", *_CORPUS),
    "sealing/jades_header.py": ("tests/sealing/test_jades.py", "tests/sealing/test_gate.py", *_CORPUS),
    "sealing/etsiu.py": ("tests/sealing/test_jades.py", "tests/sealing/test_timestamps.py", *_CORPUS),
    "sealing/timestamps.py": ("tests/sealing/test_timestamps.py",),
    "verification/openers/jades.py": ("tests/verification/test_verify.py", *_CORPUS),
    "sealing/data_integrity.py": _DI,
    "sealing/data_integrity_proof.py": _DI,
    "sealing/rdf/scopes.py": (*_DI, "tests/sealing/rdf"),
    "sealing/ecdsa_sd.py": ("tests/sealing/test_ecdsa_sd.py",),
    "verification/openers/data_integrity.py": (*_DI, *_CORPUS),
    "verification/presenter.py": ("tests/verification/test_data_integrity.py", "tests/verification/test_vc_jose.py"),
    "verification/published_keys.py": ("tests/verification/test_vc_jose.py", *_DI),
    "verification/seals.py": (
        "tests/verification/test_vc_jose.py",
        "tests/verification/test_verify.py",
        *_CORPUS,
        "tests/verification/test_longterm.py",
    ),
    "verification/withdrawal.py": ("tests/verification/test_longterm.py", "tests/trust/test_revocation.py"),
    "verification/proofs.py": ("tests/verification/test_longterm.py", "tests/verification/test_verify.py"),
    "trust/revocation.py": ("tests/trust/test_revocation.py", "tests/verification/test_longterm.py"),
    "sealing/timestamp_protocol.py": ("tests/adapters/test_timestamps.py",),
    "verification/edc_acceptance.py": ("tests/verification/test_edc_acceptance.py",),
    "verification/dates.py": ("tests/verification/test_dates.py",),
    "verification/checks.py": ("tests/verification/test_verify.py", "tests/verification/test_vc_jose.py"),
    "verification/status.py": (
        "tests/verification/test_status.py",
        "tests/verification/test_vc_jose.py",
        "tests/verification/test_superseded.py",
        *_CORPUS,
    ),
    "verification/status_token.py": ("tests/verification/test_status.py", "tests/verification/test_sd_jwt.py"),
    "status/bitstring.py": ("tests/status/test_bitstring.py", "tests/verification/test_status.py"),
    "status/token.py": ("tests/status/test_token.py",),
    "trust/did.py": _DIDS,
    "trust/did_document.py": (*_DIDS, *_CORPUS),
    "trust/did_web.py": _DIDS,
    "trust/issuer_keys.py": _DIDS,
    "trust/addresses.py": ("tests/trust/test_loader.py", *_DIDS),
    "trust/x509.py": _PATHS,
    "trust/certificates.py": _PATHS,
    "trust/trusted_list.py": ("tests/trust/test_trusted_lists.py", *_CORPUS),
    "trust/trusted_list_seal.py": ("tests/trust/test_trusted_lists.py", *_CORPUS),
    "trust/strict_xml.py": ("tests/trust/test_trusted_lists.py", *_CORPUS),
    "trust/qualification.py": ("tests/trust/test_qualification.py", "tests/verification/test_listed.py"),
    "formats/pdf_seals.py": (*_PDF, *_CORPUS),
    "formats/pdf_changes.py": (*_PDF, *_CORPUS),
    "formats/pdf_file.py": (*_PDF, *_CORPUS),
    "verification/openers/pdf.py": (*_PDF, *_CORPUS),
    "sealing/cms.py": _PDF,
    "formats/png.py": _IMAGES,
    "formats/baked_png.py": _IMAGES,
    "formats/baked_svg.py": _IMAGES,
    "formats/svg_safety.py": _IMAGES,
    "formats/containers.py": ("tests/formats/test_containers.py",),
    "formats/enveloped.py": ("tests/formats/test_enveloped.py",),
    "verification/openers/within.py": ("tests/verification/test_within.py", "tests/formats/test_baked.py"),
    "verification/openers/link.py": ("tests/verification/test_within.py", *_CORPUS),
    "verification/openers/png.py": ("tests/verification/test_within.py", *_IMAGES),
    "verification/openers/open_badge_2.py": ("tests/verification/test_open_badges_2.py",),
    "verification/verify.py": ("tests/verification/test_verify.py", "tests/verification/test_vc_jose.py"),
    "verification/form.py": ("tests/verification/test_verify.py",),
    "verification/bundle.py": ("tests/verification/test_bundle.py",),
    "sealing/vc_jwt.py": ("tests/sealing/test_vc_jose.py", "tests/verification/test_vc_jose.py"),
    "sealing/multibase.py": ("tests/sealing/test_multibase.py", *_DI),
    "sealing/selection.py": ("tests/sealing/test_ecdsa_sd.py",),
    "sealing/cbor.py": ("tests/sealing/test_ecdsa_sd.py",),
    "sealing/certificates.py": ("tests/sealing/test_certificates.py",),
    "trust/crl.py": ("tests/trust/test_revocation.py", "tests/verification/test_longterm.py"),
    "trust/ocsp.py": ("tests/trust/test_revocation.py", "tests/verification/test_longterm.py"),
    "trust/statements.py": ("tests/trust/test_revocation.py", "tests/verification/test_longterm.py"),
    "trust/loader.py": ("tests/trust/test_loader.py",),
    "trust/trusted_lists.py": ("tests/trust/test_trusted_lists.py",),
    "trust/trusted_list_update.py": ("tests/trust/test_trusted_lists.py",),
    "status/table.py": ("tests/status/test_table.py",),
    "status/tombstone.py": ("tests/verification/test_superseded.py",),
    "formats/pdf_bytes.py": (*_PDF, *_CORPUS),
    "formats/pdf_objects.py": (*_PDF, *_CORPUS),
    "formats/photo.py": ("tests/verification/test_within.py",),
    "formats/zip_directory.py": ("tests/formats/test_containers.py",),
    "public_keys/base58.py": ("tests/public_keys", *_DIDS),
    "public_keys/multikey.py": ("tests/public_keys", *_DIDS),
    "formats/read.py": ("tests/formats/test_read.py", "tests/verification/test_verify.py"),
    "formats/edc.py": ("tests/formats/test_read.py", "tests/verification/test_verify.py"),
}
"""File of `src/mikra` -> the tests that should notice when one of its checks is gone; those that find most first."""

PATCHES: tuple[tuple[str, str, str, str], ...] = (
    (
        "sealing/algorithms.py",
        '        return "jws_signature_invalid"\n',
        '        return ""\n',
        "jws_signature_invalid",
    ),
    (
        "base64url.py",
        'if b2a_base64(data, newline=False).rstrip(b"=") == standard:',
        "if data:",
        "base64url_not_canonical",
    ),
    (
        "sealing/sd_jwt/read.py",
        'if [text.rstrip(b"=\\n") for text in map(b2a_base64, data)] == standard:',
        "if data:",
        "base64url_not_canonical",
    ),
    (
        "sealing/sd_jwt/read.py",
        'if list(map(orjson.dumps, values)) == data and b"\\\\u0000" not in b"".join(data):',
        "if values:",
        "json_duplicate_key",
    ),
    (
        "trust/certified_names.py",
        "return bool(host) and host in {name.lower() for name in names.get_values_for_type(x509.DNSName)}",
        "return bool(host)",
        "issuer_key_mismatch",
    ),
)
"""(file, what stands there once, what takes its place, what it refuses with): checks that are no `if`."""

_CHAIN = "verification/openers/sd_jwt.py:_certificates: not"
HARMLESS: dict[str, str] = {
    "verification/key_binding.py:_fault: key is None": "no key at all answers for no signature either",
    f"{_CHAIN} isinstance(listed, list)": "a text, letter by letter, is no list of certificates either",
    "verification/status.py:_unsealed: not opening.seals": "nobody sealed it, so nor did the issuer",
    f"{_CHAIN} all((isinstance(t, str) for t in listed))": "what is no text is no base64 either",
}
"""Name of a check -> why nothing can notice that it is gone."""
