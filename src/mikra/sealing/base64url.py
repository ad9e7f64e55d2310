"""Moved to `mikra.base64url`; here only until nobody looks for it here any more."""

from mikra.base64url import decode, decode_standard, encode, encode_standard

__all__ = ["decode", "decode_standard", "encode", "encode_standard"]
