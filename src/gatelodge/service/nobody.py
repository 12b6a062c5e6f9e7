"""The account of applications that belong to nobody: those that registered themselves where everybody may, and those
that documents describe.

Every application belongs to an account; these belong to one of their provider's own, made when it is first needed. It
has the provider's own id, so that however many nodes make it at once, there is one, and so that no other account can be
taken for it. It never has members, so that it is in no person's lists, and no cameras.
"""

from gatelodge.identity.people import Account
from gatelodge.identity.provider import Provider
from gatelodge.service.minting import Clock
from gatelodge.service.ports import AlreadyExists, PeopleStore

NAME = "Nobody (applications that registered themselves)"


class Nobody:
    """Whom applications belong to that belong to nobody."""

    def __init__(self, people: PeopleStore, clock: Clock) -> None:
        self._people = people
        self._clock = clock

    async def account(self, provider: Provider) -> Account:
        """The provider's account of that kind, which is made where there is none yet."""
        for name in (NAME, f"{NAME} {provider.id}"):  # an operator may have called one so before
            account = Account(provider.id, provider.id, name)
            try:
                await self._people.create_account(account, now=self._clock())
            except AlreadyExists:
                every = await self._people.accounts(provider.id)
                found = next((one for one in every if one.id == provider.id), None)
                if found is not None:
                    return found
            else:
                return account
        raise AlreadyExists("both names of the account are taken")
