"""What mails say: plain sentences, as text."""

from collections.abc import Mapping

from gatelodge.identity.people import Access, User
from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import in_order
from gatelodge.protocol.scope import Scope
from gatelodge.service.records import Invitation, Mail


def invitation(provider: Provider, mail_id: int, invited: Invitation, link: str, *, days: int) -> Mail:
    """Asks somebody in. The only mail with a secret in it, and so never stored."""
    sees = (
        "everything in it" if invited.access is Access.FULL else f"what was chosen for you ({_cameras(invited.rights)})"
    )
    return Mail(
        mail_id,
        invited.email,
        f"{invited.invited_by} invites you to “{invited.account.name}” on {provider.name}",
        f"""{invited.invited_by} would like you to have a look at “{invited.account.name}” on {provider.name}.
You would see {sees}.

To accept, open this link:

{link}

It works once, and for {days} day{"s" if days != 1 else ""}. Whoever holds it can accept, so don't pass it on.
If you don't know {invited.invited_by}, or don't want to come, do nothing.

{provider.name}
{provider.origin}
""",
    )


def high_risk(
    provider_name: str, mail_id: int, owner: User, guest: User, account_name: str, rights: Scope, to: str, where: str
) -> Mail:
    """Tells an owner that a guest handed on a right that deserves a second look. `to` completes “… to”."""
    lines = "\n".join(f"- {right.label}: {right.risk}" for right in in_order(rights))
    return Mail(
        mail_id,
        owner.email,
        f"{guest.name} let something act on “{account_name}” with a high-risk right",
        f"""{guest.name} ({guest.email}) is a guest of your account “{account_name}” on {provider_name}, and has
just given a right that deserves a second look to {to}:

{lines}

It can do so only for as long as {guest.name} can, on the cameras on which you let them.

If that is all right, there is nothing to do. If it is not, end it, or take the right away from {guest.name}, here:

{where}

{provider_name}
""",
    )


def _cameras(rights: Mapping[int, Scope]) -> str:
    count = len(rights)
    return f"{count} camera{'s' if count != 1 else ''}"
