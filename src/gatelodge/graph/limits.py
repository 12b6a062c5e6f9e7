"""How large a query may be. A few short lines of GraphQL can ask for more work than a million calls, so a query is
measured before it is checked, and long before anything is looked up for it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Visitor,
    parse,
    visit,
)
from strawberry.extensions import SchemaExtension

from gatelodge.graph.pages import CAMERAS, EVENTS, LAST_EVENTS, RECORDINGS

MAX_TOKENS = 1000  # names, brackets and values in the query's text
MAX_DEPTH = 8  # fields inside fields
MAX_FIELDS = 250  # fields; whether two of them clash takes the square of their number to find out
MAX_COST = 60_000  # values that the answer may have, as far as can be told before it is there
MAX_ALIASES = 20  # how often a query can ask for the same again under another name
ASSUMED = 1000  # entries of a list that has no page size
# How long each list can be: the largest page; what it is where none is asked for, if that is less.
LISTS: Mapping[str, tuple[int, int]] = {
    "cameraList": (ASSUMED, ASSUMED),
    "cameras": (CAMERAS.most, CAMERAS.usual),
    "eventList": (EVENTS.most, EVENTS.usual),
    "recordingList": (RECORDINGS.most, RECORDINGS.usual),
    "lastEvents": (LAST_EVENTS.most, LAST_EVENTS.usual),
    "audioClips": (10, 10),
    "accounts": (10, 10),
    "effective": (ASSUMED, ASSUMED),
    "takenAway": (10, 10),
}
REMEMBER = 256  # queries that stay parsed and checked: an integration asks the same few again and again


class Size(NamedTuple):
    """The size of a selection with its fragments written out."""

    depth: int
    fields: int
    aliases: int
    cost: int


NOTHING = Size(0, 0, 0, 0)


class Measure:
    """Measures a document. Each fragment is measured once, however often it is used: where each uses the next one
    twice, every one of them would else double the work."""

    def __init__(self, document: DocumentNode) -> None:
        self._definitions = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._fragments: dict[str, Size] = {}

    def selection_set(self, node: SelectionSetNode) -> Size:
        """What a selection amounts to."""
        sizes = [self._selection(selection) for selection in node.selections]
        return Size(
            max(size.depth for size in sizes),
            sum(size.fields for size in sizes),
            sum(size.aliases for size in sizes),
            sum(size.cost for size in sizes),
        )

    def _selection(self, node: SelectionNode) -> Size:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        inner = NOTHING
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            inner = self.selection_set(node.selection_set)
        if not isinstance(node, FieldNode):
            return inner
        # Questions about the schema go deep; GraphQL has a rule of its own for them, MaxIntrospectionDepthRule.
        depth = 0 if node.name.value.startswith("__") else 1 + inner.depth
        cost = 1 + _entries(node) * inner.cost
        return Size(depth, 1 + inner.fields, inner.aliases + (node.alias is not None), cost)

    def _fragment(self, name: str) -> Size:
        if name not in self._fragments:
            self._fragments[name] = NOTHING  # one inside itself, or that isn't there, is refused when it is checked
            if definition := self._definitions.get(name):
                self._fragments[name] = self.selection_set(definition.selection_set)
        return self._fragments[name]


def _entries(node: FieldNode) -> int:
    """How many entries a field may have. A page size in a variable can be any, so it counts as the largest."""
    if node.name.value not in LISTS:
        return 1
    most, usual = LISTS[node.name.value]
    for argument in node.arguments or ():
        if argument.name.value == "first":
            given = argument.value
            return min(int(given.value), most) if isinstance(given, IntValueNode) else most
    return usual


def asks_for_schema(document: DocumentNode) -> bool:
    """Whether a document asks for the schema (introspection)."""
    found: list[bool] = []

    class Look(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            if node.name.value in ("__schema", "__type"):
                found.append(True)

    visit(document, Look())
    return bool(found)


def fault(document: DocumentNode) -> str | None:
    """Why a document is too large, as a sentence."""
    measure = Measure(document)
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = measure.selection_set(operation.selection_set)
            for what, found, most in (
                ("levels of fields", size.depth, MAX_DEPTH),
                ("fields", size.fields, MAX_FIELDS),
                ("aliases", size.aliases, MAX_ALIASES),
                ("values, if its lists are as long as they can be", size.cost, MAX_COST),
            ):
                if found > most:
                    return f"The query has more than {most} {what}."
    return None


@lru_cache(REMEMBER)
def read(text: str, introspection: bool = True) -> DocumentNode:
    """The query, parsed. Raises GraphQLError where it is malformed or too large, or asks for the schema and may not."""
    document = parse(text, max_tokens=MAX_TOKENS)
    if why := fault(document):
        raise GraphQLError(why)
    if not introspection and asks_for_schema(document):
        raise GraphQLError("The schema is not told here; the documentation has it.")
    return document


class Limits(SchemaExtension):
    """Has the schema read queries within these limits."""

    def on_parse(self) -> Iterator[None]:
        """Read the query in place of the library's own parsing."""
        self.execution_context.graphql_document = read(
            self.execution_context.query or "", self.execution_context.context.introspection
        )
        yield


class OneOperation(SchemaExtension):
    """Of several operations the call must name one (GraphQL §6.1, GetOperation); the library takes the first."""

    def on_validate(self) -> Iterator[None]:
        """Look at the operations of the document."""
        execution = self.execution_context
        definitions = execution.graphql_document.definitions if execution.graphql_document else ()
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in definitions)
        if operations > 1 and execution.context.operation_name is None:
            several = GraphQLError("The query has several operations: name one of them in operationName.")
            execution.pre_execution_errors = [*(execution.pre_execution_errors or ()), several]
        yield
