"""Crockford's base32: digits and letters that people can read out, write down and type without mistaking them."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O or U

# What people write between groups: spaces of any width, and the dashes that programs put for a hyphen.
_READ = str.maketrans("OIL", "011", "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2212")


def read(text: str, length: int) -> str | None:
    """The characters that someone meant, mistakes included; None when they cannot be `length` of this alphabet.

    Any capitals, spaces and hyphens; the letters O, I and L are read as the digits they look like.
    """
    meant = "".join(text.upper().translate(_READ).split())
    return meant if len(meant) == length and all(character in ALPHABET for character in meant) else None
