"""The table of the real run: the shards' figures added up (`make real` prints it)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

TITLES = {
    "orders": "Orders",
    "complaints": "Complaints: by the dates alone → the answer when they were written",
    "why": "Why the rules said no, in their own words",
    "later": "Tried again, or not",
    "did": "What sellers, buyers, carriers and mediators did",
    "ends": "How the disputes ended",
    "deadlines": "Deadlines met",
    "money": "Money, BRL",
    "again": "The whole file once more",
    "run": "The run",
}


def main() -> None:
    shards = [json.loads(file.read_text()) for file in sorted((Path("var") / "real").glob("*.json"))]
    for key, title in TITLES.items():
        total: Counter[str] = Counter()
        for shard in shards:
            total.update(shard[key])
        print(f"\n{title}")
        for name, n in sorted(total.items()):
            amount = f"{n / 100:,.2f}" if key == "money" else f"{n:,}"
            print(f"{amount:>16}  {name}")
    print(f"\n{len(shards)} shards")


if __name__ == "__main__":
    main()
