"""Reckoning with limits: whether one covers another, what is left of one when less is picked, and several as one.

A limit means something only together with the rights that it limits; the two as one value are an Extent."""

from collections.abc import Iterable
from dataclasses import dataclass

from gatelodge.identity.effective import Allowance, Limit, Rights, within


@dataclass(frozen=True, slots=True)
class Extent:
    """How far an access reaches: its rights, and what they are limited to (None: to nothing)."""

    rights: Rights
    limit: Limit | None = None


def resources_of(limit: Limit | None) -> frozenset[int] | None:
    """The resources that a limit names; None where it reaches all, also those of the future."""
    if limit is None or any(one.resources is None for one in limit):
        return None
    return frozenset[int]().union(*(one.resources or () for one in limit))


def covers(have: Extent, asked: Extent) -> bool:
    """Whether all that is asked for is had already: each right on each resource, those of the future included."""
    if not asked.rights <= have.rights:
        return False
    everywhere = _rights_everywhere(have)
    for one in (Allowance(None, None),) if asked.limit is None else asked.limit:
        rights = asked.rights if one.rights is None else asked.rights & one.rights
        if rights <= everywhere:
            continue
        if one.resources is None or not all(rights <= within(have.limit, resource) for resource in one.resources):
            return False
    return True


def picked(limit: Limit | None, resources: frozenset[int]) -> Limit:
    """What is left of a limit when only these resources are picked of it."""
    whole: Limit = (Allowance(None, None),) if limit is None else limit
    left = (Allowance(one.rights, resources if one.resources is None else one.resources & resources) for one in whole)
    return tuple(one for one in left if one.resources)


def confined(limit: Limit | None, rights: Rights) -> Limit | None:
    """A limit without the rights that are not among these, and without what then allows nothing."""
    if limit is None:
        return None
    left = (Allowance(None if one.rights is None else one.rights & rights, one.resources) for one in limit)
    return tuple(one for one in left if one.rights is None or one.rights)


def together(extents: Iterable[Extent]) -> Extent:
    """Several extents as one that allows what any of them does, and nothing else."""
    every = [one for one in extents if one.rights]
    rights = Rights().union(*(one.rights for one in every))
    if all(one.limit is None or (Allowance(None, None) in one.limit) for one in every):
        return Extent(rights)
    return Extent(rights, _tidy(piece for one in every for piece in _pieces(one)))


def afterwards(before: Extent, asked: Extent, answer: Extent) -> Extent:
    """What counts as decided once a person, who had decided `before`, is asked for `asked` and gives `answer`: the
    new answer for all that was asked, the old one for the rest. Where the old one reached all resources and the new
    question is about some, the new answer takes its place: what it leaves out must not be given from memory."""
    about = resources_of(asked.limit)
    kept: list[Allowance] = []
    for piece in _pieces(before):
        rights, resources = piece.rights or Rights(), piece.resources
        kept.append(Allowance(rights - asked.rights, resources))
        if about is not None and resources is not None:
            kept.append(Allowance(rights & asked.rights, resources - about))
    rest = [Extent(one.rights or Rights(), None if one.resources is None else (one,)) for one in _tidy(kept)]
    return together([*rest, answer])


def _rights_everywhere(have: Extent) -> Rights:
    """The rights that reach every resource."""
    if have.limit is None:
        return have.rights
    every = (have.rights if one.rights is None else one.rights for one in have.limit if one.resources is None)
    return have.rights & Rights().union(*every)


def _pieces(extent: Extent) -> Iterable[Allowance]:
    """The extent as allowances that name their rights, and so mean the same with other rights beside them."""
    for one in (Allowance(None, None),) if extent.limit is None else extent.limit:
        rights = extent.rights if one.rights is None else extent.rights & one.rights
        yield Allowance(rights, one.resources)


def _tidy(pieces: Iterable[Allowance]) -> Limit:
    """The same in fewer allowances: one for each set of rights, and none for nothing."""
    by_rights: dict[Rights, frozenset[int] | None] = {}
    for one in pieces:
        rights = one.rights or Rights()
        known = by_rights.get(rights, frozenset())
        by_rights[rights] = None if known is None or one.resources is None else known | one.resources
    return tuple(
        Allowance(rights, resources)
        for rights, resources in by_rights.items()
        if rights and (resources is None or resources)
    )
