"""How large a query may be. A few short lines of GraphQL can ask for more work than a million calls, so a
query is measured before anything is looked up for it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from strawberry.extensions import SchemaExtension

MAX_TOKENS = 1000  # names, brackets, values of the query's text
MAX_DEPTH = 8  # fields inside fields
MAX_ALIASES = 20  # how often a query can ask for the same again under another name


class Size(NamedTuple):
    """The size of a selection with its fragments written out."""

    depth: int
    aliases: int


NOTHING = Size(0, 0)


class SizeLimits(ValidationRule):
    """Refuses an operation that is too deep or has too many aliases. Each fragment is measured once, however
    often it is used: where each uses the next one twice, every one of them would else double the work."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_rest: Any) -> None:
        """Measure one operation."""
        size = self._measure(node.selection_set)
        if size.depth > MAX_DEPTH:
            self._refuse(f"The query is {size.depth} fields deep; at most {MAX_DEPTH} are allowed.")
        if size.aliases > MAX_ALIASES:
            self._refuse(f"The query has {size.aliases} aliases; at most {MAX_ALIASES} are allowed.")

    def _refuse(self, message: str) -> None:
        self.report_error(GraphQLError(message))

    def _measure(self, selections: SelectionSetNode) -> Size:
        sizes = [self._one(selection) for selection in selections.selections]
        return Size(max(size.depth for size in sizes), sum(size.aliases for size in sizes))

    def _one(self, selection: Any) -> Size:
        match selection:
            case FieldNode():
                inner = self._measure(selection.selection_set) if selection.selection_set else NOTHING
                # Questions about the schema have a rule of GraphQL's own, MaxIntrospectionDepthRule.
                depth = 0 if selection.name.value.startswith("__") else 1 + inner.depth
                return Size(depth, inner.aliases + (selection.alias is not None))
            case FragmentSpreadNode():
                return self._fragment(selection.name.value)
            case InlineFragmentNode():
                return self._measure(selection.selection_set)
        raise TypeError(f"GraphQL has no selection such as {selection!r}")

    def _fragment(self, name: str) -> Size:
        if name not in self._fragments:
            self._fragments[name] = NOTHING  # a fragment inside itself is refused by a rule of GraphQL's own
            fragment = self.context.get_fragment(name)  # and so is one that isn't there
            if fragment is not None:
                self._fragments[name] = self._measure(fragment.selection_set)
        return self._fragments[name]


class OneOperation(SchemaExtension):
    """Of several operations the call must name one (GraphQL §6.1, GetOperation); the library takes one."""

    def on_validate(self) -> Iterator[None]:
        """Look at the operations of the document."""
        execution = self.execution_context
        definitions = execution.graphql_document.definitions if execution.graphql_document else ()
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in definitions)
        if operations > 1 and execution.context.operation_name is None:
            fault = GraphQLError("The query has several operations: name one of them in operationName.")
            execution.pre_execution_errors = [*(execution.pre_execution_errors or ()), fault]
        yield
