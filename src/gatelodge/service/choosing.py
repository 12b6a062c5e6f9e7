"""What a person can choose when an application asks for access, and what comes of what they chose.

Never more than was asked for, and nothing that isn't the person's: what a form brings is held against the offer that
is worked out anew when it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatelodge.identity.effective import Holding, Limit, Rights, users_rights, within
from gatelodge.identity.limits import Extent, confined, covers, picked, resources_of
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.protocol.scope import Scope
from gatelodge.service.limits import details_of, limit_of
from gatelodge.service.records import Consent, Granted
from gatelodge.service.refusals import Faults

NO_RESOURCE = "Choose at least one camera."
NO_RIGHT = "Leave at least one right."
NOT_OFFERED = "What you sent is not among the choices any more. Look at them and choose again."


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose: of the optional rights, and of the resources (None: all that was asked for)."""

    optional: Scope
    resources: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen, and what is chosen before the person has touched anything."""

    asked: Extent
    resources: tuple[Holding, ...]  # those that are asked for and on which the user has one of the asked rights
    everything: bool  # all resources, also those of the future, are asked for
    chosen: frozenset[int] | None  # of these resources; None: everything
    optional: Scope  # of the asked rights those that may be left out
    declined: Scope  # of these those that were left out the last time
    identity: Scope = frozenset()  # what is asked for of the user themselves, and no resource limits

    @property
    def ids(self) -> frozenset[int]:
        """The resources' ids."""
        return frozenset(one.resource_id for one in self.resources)

    @property
    def required(self) -> Scope:
        """The asked rights that can't be left out."""
        return self.asked.rights - self.optional

    @property
    def asked_scope(self) -> Scope:
        """All that is asked for."""
        return self.asked.rights | self.identity


def make_offer(
    request: AuthorizationRequest, optional: Scope, holdings: Sequence[Holding], consent: Consent | None
) -> Offer:
    """What a person who holds `holdings` can choose of a request, with what they chose the last time chosen again."""
    identity = request.scope & IDENTITY_SCOPES
    asked = Extent(request.scope - identity, limit_of(request.details))
    named = resources_of(asked.limit)
    offered = tuple(one for one in holdings if _of_use(one, asked))
    ids = frozenset(one.resource_id for one in offered)
    everything = named is None
    chosen = None if everything else ids
    if everything and consent is not None and consent.details is not None:
        before = resources_of(limit_of(consent.details))
        chosen = None if before is None or not before & ids else before & ids
    may_leave = request.scope & optional
    declined = consent.declined & may_leave if consent is not None else Rights()
    return Offer(asked, offered, everything, chosen, may_leave, declined, identity)


def decided(offer: Offer, choice: Choice | None) -> Granted | Faults:
    """What the person's choice gives. None is a form that says nothing of either, sent
    from a page of before there was a choice: it showed what was asked for, and that is given."""
    if choice is None:
        choice = Choice(offer.optional, None)
    scope = offer.required | choice.optional
    faults: dict[str, str] = {}
    if not choice.optional <= offer.optional:
        faults["scope"] = NOT_OFFERED
    elif not scope and not offer.identity:
        faults["scope"] = NO_RIGHT
    if not scope and not faults:  # nothing that cameras would have to be picked for
        return Granted(offer.identity, offer.asked_scope, None, details_of(offer.asked.limit))
    if choice.resources is None:
        if not offer.everything:
            faults["cameras"] = NO_RESOURCE
    elif not choice.resources:
        faults["cameras"] = NO_RESOURCE
    elif not choice.resources <= offer.ids:
        faults["cameras"] = NOT_OFFERED
    if faults:
        return Faults(faults)
    limit = offer.asked.limit if choice.resources is None else picked(offer.asked.limit, choice.resources)
    limit = confined(limit, scope)
    if limit is not None and not limit:
        return Faults({"cameras": "The rights that you left are not asked for on any of these cameras."})
    return Granted(scope | offer.identity, offer.asked_scope, details_of(limit), details_of(offer.asked.limit))


def from_memory(offer: Offer, consent: Consent | None) -> Granted | None:
    """What can be given without asking again: what the user decided before answers the whole question. A right that
    was left out when it could be is not asked for again; a camera that was not picked is, and never given."""
    if consent is None or not offer.identity <= consent.scope:
        return None
    scope = offer.asked.rights & consent.scope
    if not offer.asked.rights - scope <= offer.optional & consent.declined:
        return None
    if not scope:
        return Granted(offer.identity, offer.asked_scope, again=True) if offer.identity else None
    limit: Limit | None = confined(offer.asked.limit, scope)
    # All that is named is held against what was decided, what the user can't see as well: an answer that comes without
    # asking must not tell an application which of the cameras that it was not given its user has.
    if not covers(Extent(consent.scope - IDENTITY_SCOPES, limit_of(consent.details)), Extent(scope, limit)):
        return None
    if not offer.everything:
        limit = picked(limit, offer.ids)
    if limit is not None and not limit:
        return None
    details, asked = details_of(limit), details_of(offer.asked.limit)
    return Granted(scope | offer.identity, offer.asked_scope, details, asked, again=True)


def _of_use(holding: Holding, asked: Extent) -> bool:
    return bool(users_rights(holding) & asked.rights & within(asked.limit, holding.resource_id))


def pick_faults(holdings: Sequence[Holding], resources: frozenset[int]) -> Mapping[str, str]:
    """What is wrong with the resources that a user picks for a token of their own: one that they can do nothing with,
    or none at all. Which of these it is, and whether there is such a resource, is not told."""
    if not resources:
        return {"cameras": NO_RESOURCE}
    usable = {one.resource_id for one in holdings if users_rights(one)}
    return {} if resources <= usable else {"cameras": NOT_OFFERED}
