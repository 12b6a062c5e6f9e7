"""How large a query may be."""

import pytest
from graphql import GraphQLError, get_introspection_query

from gatelodge.graph.limits import MAX_ALIASES, MAX_DEPTH, MAX_FIELDS, read


def nested(levels: int) -> str:
    """A query with that many fields inside each other."""
    return "{" + "a{" * (levels - 1) + "a" + "}" * levels


def in_fragments(levels: int) -> str:
    """The same, where every level is a fragment."""
    fragments = " ".join(f"fragment f{level} on T {{a{{...f{level + 1}}}}}" for level in range(levels - 1))
    return f"{{...f0}} {fragments} fragment f{levels - 1} on T {{a}}"


def inline(levels: int) -> str:
    """The same, where every level stands in a fragment without a name."""
    return "{" + "...{a{" * (levels - 1) + "a" + "}}" * (levels - 1) + "}"


def doubling(levels: int) -> str:
    """Fragments that each use the next one twice: 2 ** levels fields when they are written out."""
    fragments = " ".join(f"fragment f{n} on T {{...f{n + 1} ...f{n + 1}}}" for n in range(levels))
    return f"{{...f0}} {fragments} fragment f{levels} on T {{a}}"


LARGEST = [
    nested(MAX_DEPTH),
    in_fragments(MAX_DEPTH),
    inline(MAX_DEPTH),
    "{" + "a " * MAX_FIELDS + "}",
    "{" + "a{b}" * (MAX_FIELDS // 2) + "}",
    doubling(7),
    "{" + "x:a " * MAX_ALIASES + "}",
    "{...f ...f} fragment f on T {" + "x:a " * (MAX_ALIASES // 2) + "}",
    f"query A {nested(MAX_DEPTH)} query B {nested(MAX_DEPTH)}",
    "{a} #" + "x" * 60_000,
    get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    ),
    # … and what is malformed in another way, which is found when the query is checked
    "{...nowhere}",
    "{...f} fragment f on T {...g} fragment g on T {...f}",
]

LEVELS = f"The query has more than {MAX_DEPTH} levels of fields."
FIELDS = f"The query has more than {MAX_FIELDS} fields."
ALIASES = f"The query has more than {MAX_ALIASES} aliases."

TOO_LARGE = [
    (nested(MAX_DEPTH + 1), LEVELS),
    (in_fragments(MAX_DEPTH + 1), LEVELS),
    (inline(MAX_DEPTH + 1), LEVELS),
    (f"query A {{a}} query B {nested(MAX_DEPTH + 1)}", LEVELS),
    ("{" + "a " * (MAX_FIELDS + 1) + "}", FIELDS),
    ("{__schema{" + "a " * MAX_FIELDS + "}}", FIELDS),
    (doubling(8), FIELDS),
    (doubling(70), FIELDS),
    ("{" + "x:a " * (MAX_ALIASES + 1) + "}", ALIASES),
    ("{...f ...f} fragment f on T {" + "x:a " * (MAX_ALIASES // 2 + 1) + "}", ALIASES),
    ("{a(b: [" + "1 " * 1000 + "])}", "Syntax Error: Document contains more than 1000 tokens. Parsing aborted."),
    ("{" + "#\n" * 20_000 + "a}", "Syntax Error: Document contains more than 1000 tokens. Parsing aborted."),
    ("{" + "a{" * 450 + "a" + "}" * 451, "Syntax Error: Document is nested too deeply. Parsing aborted."),
]


@pytest.mark.parametrize("query", LARGEST, ids=range(len(LARGEST)))
def test_a_query_of_the_largest_size_is_read(query: str) -> None:
    assert read(query).definitions


@pytest.mark.parametrize(("query", "message"), TOO_LARGE, ids=range(len(TOO_LARGE)))
def test_a_larger_one_is_refused(query: str, message: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        read(query)
    assert refused.value.message == message
