"""What a caller needs for a field, besides `read`, without which nothing is shown at all. The resolvers ask here, and
so does whoever works out the least scopes of a query."""

from collections.abc import Mapping

from graphql import DocumentNode, FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, visit

READ = "read"
NEEDS: Mapping[str, str] = {
    "Camera.live": "liveview",
    "Camera.snapshotUrl": "liveview",
    "Camera.lastEvents": "events",
    "Query.recordingList": "recordings",
    "Query.eventList": "events",
    "Mutation.cameraRename": "write",
    "Mutation.cameraSettings": "write",
    "Mutation.ptzMove": "liveview_ptz",
    "Mutation.lightSet": "liveview_light",
    "Mutation.audioClipPlay": "liveview_audioclip",
    "Mutation.audioTransmit": "audiotransmit",
    "Mutation.recordingDelete": "recordings_delete",
    "Mutation.liveViewStart": "liveview",
    "Mutation.liveViewEnd": "liveview",
}


class _Collect(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found = {READ}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Look at one field."""
        parent = self._types.get_parent_type()
        if parent is not None and (right := NEEDS.get(f"{parent.name}.{node.name.value}")):
            self.found.add(right)


def least_scopes(schema: GraphQLSchema, document: DocumentNode) -> frozenset[str]:
    """The fewest scopes with which nothing in the document is refused for want of one."""
    types = TypeInfo(schema)
    collect = _Collect(types)
    visit(document, TypeInfoVisitor(types, collect))
    return frozenset(collect.found)
