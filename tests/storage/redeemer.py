"""Run by test_one_use.py in a process of its own: redeems codes when it is told to, and says how each call ended.

Arguments: the database's URL, the provider's id, how many calls for each code. On stdin: the codes' ids, separated by
commas. On stdout: `ready`, then for each code its id and how many calls were answered True."""

import asyncio
import sys
from collections.abc import Awaitable

from gatelodge.protocol.credentials import Kind
from gatelodge.service.minting import Mint
from gatelodge.service.records import NewToken
from tests.support.stores import open_stores
from tests.support.world import START


async def redeem_all(url: str, provider_id: int, code_ids: list[int], calls: int, mint: Mint) -> list[list[bool]]:
    """Redeem one code after the other, `calls` times at once; for each code, what the calls were answered."""
    async with open_stores(url) as stores:

        def call(code_id: int) -> Awaitable[bool]:
            access, refresh = (
                NewToken(secret.id, provider_id, secret.digest, code_id, frozenset({"read"}), START + 60)
                for secret in (mint.secret(kind).presented for kind in (Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN))
            )
            return stores.tokens.redeem_code(code_id, access, refresh, now=START)

        return [await asyncio.gather(*[call(code_id) for _ in range(calls)]) for code_id in code_ids]


def main() -> None:
    """Run as a process."""
    url, provider_id, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    code_ids = [int(number) for number in sys.stdin.readline().split(",")]
    answers = asyncio.run(redeem_all(url, provider_id, code_ids, calls, Mint()))
    for code_id, of_one_code in zip(code_ids, answers, strict=True):
        print(code_id, sum(of_one_code), flush=True)


if __name__ == "__main__":
    main()
