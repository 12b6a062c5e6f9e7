"""Telling owners: a guest has handed on a right that deserves a second look."""

from collections.abc import Sequence

from gatelodge.identity.effective import Limit, effective
from gatelodge.identity.people import Account, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import HIGH_RISK
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.scope import Scope
from gatelodge.service import letters
from gatelodge.service.minting import Mint
from gatelodge.service.ports import HoldingStore, MemberStore, PeopleStore, ProviderStore
from gatelodge.service.records import Mail


class Notices:
    """Writes the mails; whoever stores the grant stores them with it. Without a mail server none is written."""

    def __init__(
        self,
        providers: ProviderStore,
        people: PeopleStore,
        members: MemberStore,
        holdings: HoldingStore,
        mint: Mint,
        *,
        by_mail: bool,
    ) -> None:
        self._providers = providers
        self._people = people
        self._members = members
        self._holdings = holdings
        self._mint = mint
        self._by_mail = by_mail

    async def of_grant(self, user: User, scope: Scope, limit: Limit | None, to: str) -> Sequence[Mail]:
        """To the owners of each account that `user` is a guest of, where `scope` within `limit` holds high-risk rights
        on anything of it. `to` says what was let in: “the application …”."""
        risky = scope & HIGH_RISK
        if not self._by_mail or not risky:
            return ()
        guest_of = [
            one.account for one in await self._people.memberships(user.provider_id, user.id) if one.role is Role.GUEST
        ]
        if not guest_of:
            return ()
        provider = next(one for one in await self._providers.all() if one.id == user.provider_id)
        held = await self._holdings.of_user(provider.id, user.id)
        mails: list[Mail] = []
        for account in guest_of:
            own = (one for one in held if one.account_name == account.name)  # no other at the provider is called so
            rights: Scope = frozenset().union(*(effective(risky, limit, one) for one in own))
            if rights:
                mails += await self._to_owners(provider, account, user, rights, to)
        return mails

    async def _to_owners(self, provider: Provider, account: Account, guest: User, rights: Scope, to: str) -> list[Mail]:
        where = f"{provider.origin}/people/{public_id(account.id)}/reach"
        owners = [
            one.user
            for one in await self._members.of_account(provider.id, account.id)
            if one.role is Role.OWNER and one.disabled_at is None and not one.user.disabled
        ]
        return [
            letters.high_risk(provider.name, self._mint.id(), owner, guest, account.name, rights, to, where)
            for owner in owners
        ]
