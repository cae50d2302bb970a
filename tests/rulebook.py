"""The rules that the product keeps, by id and title, and which test proves which.

The titles are ours, one line each; the words that bind are the rulebook's. A test names its rules with
`@pytest.mark.rule("D-03")`; `make rules` and docs/rules.md list every rule beside its tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent

#: letter → section
SECTIONS = {
    "P": "Protection policy",
    "O": "Orders and buyer protection",
    "D": "Opening a dispute",
    "N": "Negotiation",
    "T": "Returns",
    "M": "Escalation and mediation",
    "X": "Carrying out",
    "A": "Appeals and compensation",
    "C": "Reports",
    "B": "Standing of buyers and sellers",
    "E": "Evidence files",
    "F": "Notifications, language, help",
    "Z": "Always",
}

RULES = {
    "P-01": "A policy is named and versioned; a published version never changes; an order keeps its version",
    "P-02": "Every number is a parameter of the policy; the presets default and classic",
    "P-03": "A draft can be run over past cases before it is published",
    "O-01": "The states of an order",
    "O-02": "Escrow in a double-entry ledger: out to the seller or back to the buyer, nothing below zero",
    "O-03": "Protection runs from shipment to the promised date; the seller may only make it longer",
    "O-04": "Receipt by hand or automatically; then the window after receipt; then the seller is paid",
    "O-05": "An open dispute holds back what it is about; the rest is released as usual",
    "O-06": "Shipments, tracking events, and numbers that change with their history kept",
    "O-07": "Doubtful tracking is marked, told to moderators, and counts for the buyer",
    "O-08": "Orders of a suspicious seller on hold: prove it in time, or full refund",
    "O-09": "Buyer and seller can write to each other before any dispute",
    "O-10": "The listing page with the store's record and the warranty terms",
    "O-11": "Coupons: only money really paid is refunded",
    "O-12": "Refunds in the payment's currency, rounded so that parts add up to the whole",
    "O-13": "Rating after completion, and a store's record",
    "O-14": "Warranty claims after the money was released",
    "D-01": "The buyer opens a dispute on one or more lines, with quantities",
    "D-02": "Only inside the window; outside it the exact moment is told; payment problems at once",
    "D-03": "Not received while the parcel is in the country: only near the end of protection",
    "D-04": "What a claim holds, and which remedies fit it",
    "D-05": "The reason tree, with an evidence guide for each reason",
    "D-06": "Refundable at most what was really paid; 1 % to 100 % of it; shipping by its own rule",
    "D-07": "Evidence is asked for by reason; without it the case is marked",
    "D-08": "One open dispute a line; a cancelled one again so many times; an ended one never",
    "D-09": "A restricted buyer cannot open one, and sees why and how to contest it",
    "D-10": "A half-filled claim is kept as a draft until the window closes",
    "N-01": "The seller's time to answer; silence grants the claim as asked",
    "N-02": "Automatic escalation at the end of negotiation; by hand where the policy lets it",
    "N-03": "Offers: one open a side, the newest replaces, asked and offered side by side",
    "N-04": "Accepting is for good; twice, or a replaced offer, is refused in words",
    "N-05": "The buyer may edit the claim until escalation; every revision kept; time to answer kept",
    "N-06": "The buyer may cancel, the seller never, staff with a reason",
    "N-07": "Messages are screened; the reader is warned; insults count",
    "N-08": "Messages are not evidence unless submitted as an exhibit",
    "N-09": "Cancelling on a condition: the escrow stays held until it is met",
    "N-10": "A seller's own rules for accepting, tried on past cases first",
    "T-01": "The return address, and the time to send and enter the number; silence ends without refund",
    "T-02": "The seller confirms or contests a delivered return; silence refunds; contest goes to a mediator",
    "T-03": "A confirmed return is refunded, or replaced where so agreed",
    "T-04": "Who pays return shipping is part of the terms, with a receipt and a cap",
    "M-01": "From escalation on the claim cannot be edited; evidence requests are answered",
    "M-02": "Taking a case: earliest deadline first, never one's own, never two mediators",
    "M-03": "Evidence requests with a checklist and a deadline",
    "M-04": "The case file on one screen",
    "M-05": "Proposals to choose from; no choice: the platform's holds",
    "M-06": "Deciding at once, with one of the outcomes",
    "M-07": "Every decision has a statement of reasons that is never changed",
    "M-08": "A second mediator approves large refunds and every finding of fraud",
    "M-09": "Target and latest time of mediation; nothing is decided by a clock there",
    "M-10": "Figures of mediators' decisions; a decision far from similar ones says why",
    "X-01": "Refunds to the payment methods used, in proportion, exactly once",
    "X-02": "Ledger entry and order to the provider are one transaction; unknown answers are asked about",
    "X-03": "The buyer follows the refund, with expected dates",
    "X-04": "A refund the provider refuses goes to staff and can be paid another way, once",
    "X-05": "What the buyer does not get is released to the seller in the same transaction",
    "X-06": "While a dispute is open it owns the money; a chargeback freezes it",
    "A-01": "One appeal a side after a mediated decision, in time and length",
    "A-02": "The reviewer never touched the case; answered in working days",
    "A-03": "Upheld: it stands; overturned: compensation from the platform, nothing taken back",
    "A-04": "Coupons of compensation: issued, split in pieces, valid for a time",
    "A-05": "The dispute shows the appeal in progress and its result; both get mail",
    "A-06": "Feedback; a bad mark goes before a lead mediator",
    "A-07": "Restrictions and decisions on reports can be appealed too",
    "C-01": "Four categories of reports, each with its own questions",
    "C-02": "The target of a report, and the contact details",
    "C-03": "The states of a report; every change is told",
    "C-04": "My reports: filter and search",
    "C-05": "The respondent is heard; the reporter's contact details stay hidden",
    "C-06": "Upholding a claim of trade rules obliges the seller to give valid tracking",
    "C-07": "Sanctions, each with a statement of reasons",
    "C-08": "Reports on the same target are shown and decided together",
    "C-09": "Help for the moderator: duplicates, outliers, earlier reports",
    "C-10": "The reporter's page says what was done",
    "C-11": "A sanction names its cause; overturning it undoes exactly its own effects",
    "C-12": "A sanction never takes away the right to answer or appeal",
    "B-01": "A buyer's figures over 30, 90 and 365 days",
    "B-02": "When a flag is raised, with the figures",
    "B-03": "A flag alone changes nothing; staff review it",
    "B-04": "People see their own standing and how to contest it",
    "B-05": "The same record for sellers",
    "B-06": "Figures count distinct people, fade, and small numbers are marked",
    "E-01": "A file is what its bytes say; limits hold on the server; a refused file says why",
    "E-02": "The original is sealed and its opening logged; parties see a clean copy",
    "E-03": "Visible to the parties and staff on the case, by a link that dies",
    "E-04": "Large uploads go on after a break",
    "E-05": "Files are kept until every window has passed, then removed",
    "E-06": "Every file cited or asked for is marked considered or not",
    "F-01": "Notices and mail in the person's language, with what to do, until when; reminders",
    "F-02": "Nothing about a case goes to anybody but its parties and staff",
    "F-03": "Four languages; dates, numbers and money follow the viewer",
    "F-04": "Machine translation beside the original",
    "F-05": "Guides and deadlines are public and made from the policy in force",
    "F-06": "Live help from any page",
    "F-07": "A notice never lies about time; it is written in the same transaction",
    "Z-01": "One set of permission rules serves pages, API and admin",
    "Z-02": "Every change of state writes one line of the timeline, which is never edited",
    "Z-03": "Deadlines in order after any outage; an act before the deadline counts, one after is refused",
    "Z-04": "Public ids are not guessable and not in sequence",
    "Z-05": "Every open case says who must move, until when, and what happens then, to the cent",
    "Z-06": "Of two acts at the same moment one wins; the other leaves nothing",
    "Z-07": "A party can download the whole case, signed",
    "Z-08": "Figures for the public by month",
    "Z-09": "A person can ask for their data and for erasure",
}


def in_order(rules: Iterator[str] | set[str] | dict[str, str]) -> list[str]:
    """As the rulebook has them: by section, then by number."""
    letters = list(SECTIONS)
    return sorted(rules, key=lambda rule: (letters.index(rule[0]) if rule[0] in letters else 99, rule))


def proofs(folder: Path = TESTS) -> dict[str, list[str]]:
    """Rule → its tests (`tests/orders/test_protection.py::test_name`), read from the source without running it."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        whole_file = [
            rule for node in tree.body if isinstance(node, ast.Assign) for rule in _named(node.value)
        ]
        for name, rules in _tests(tree.body, ()):
            node_id = f"{file.relative_to(folder.parent).as_posix()}::{name}"
            for rule in dict.fromkeys([*whole_file, *rules]):
                found.setdefault(rule, []).append(node_id)
    return found


def _tests(
    body: list[ast.stmt], rules: tuple[str, ...], prefix: str = ""
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, rules) of each test function, those in classes too."""
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = tuple(rule for decorator in node.decorator_list for rule in _named(decorator))
            yield from _tests(node.body, (*rules, *own), f"{prefix}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            own = tuple(rule for decorator in node.decorator_list for rule in _named(decorator))
            yield prefix + node.name, (*rules, *own)


def _named(expression: ast.expr) -> list[str]:
    """The rules of every `….mark.rule("D-01", …)` in an expression; also those inside pytest.param(marks=…)."""
    return [
        arg.value
        for node in ast.walk(expression)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rule"
        for arg in node.args
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    ]
