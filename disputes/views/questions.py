"""The guided questions, one page each; every answer is kept on the server as soon as it is given (D-10)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.errors import AlreadyDisputed, Invalid, TooEarly, TooLate
from marketplace.core.forms import tell_form
from marketplace.core.money import per_cent_of, percent
from marketplace.core.templatetags.ui import money_filter
from marketplace.evidence import services as files
from marketplace.evidence.content import Limits
from marketplace.evidence.edges import sent_already
from marketplace.evidence.models import Evidence
from marketplace.evidence.uploads import handed_in

from .. import questionnaire as q
from .. import services
from ..forms import AmountForm, FilesForm, ItemsForm, MoreForm, WordsForm
from ..models import Dispute, Remedy
from ..services.exhibits import MOST_FILES
from ..services.opening import check_amount
from .guided import Guided
from .problem import Obstacle, not_yet

CHIPS = (30, 50, 70)
#: where a refused field was answered
ANSWERED_ON = {"lines": "items", "reason": "what", "remedy": "ask", "amount": "ask", "evidence": "evidence"}


class Question(Guided):
    """Each page that asks for more than one tap: `show_…` is what it shows, `post_…` takes what was answered."""

    # -- in the buyer's own words --------------------------------------------------------------------------------

    def words_form(self, *data: Any) -> WordsForm:
        policy = self.order.policy
        initial = {"words": self.answers.get("words"), "nearest": self.answers.get("reason")}
        nearest = q.nearest(self.answers)
        limits = {"least": policy.description_min, "most": policy.description_max // 2}
        return WordsForm(*data, nearest=nearest, initial=initial, **limits)

    def show_words(self, form: Any) -> dict[str, Any]:
        return {"form": form or self.words_form()}

    def post_words(self) -> HttpResponse:
        form = self.words_form(self.request.POST)
        if not form.is_valid():
            return self.show(form)
        answers = q.put(self.answers, "words", form.cleaned_data["words"].strip())
        return self.on(q.put(answers, "reason", form.cleaned_data["nearest"]))

    # -- which items ---------------------------------------------------------------------------------------------

    def items_form(self, *data: Any) -> ItemsForm:
        return ItemsForm(*data, lines=self.lines, chosen=self.answers.get("lines") or {})

    def show_items(self, form: Any) -> dict[str, Any]:
        return {"form": form or self.items_form(), "disputed": len(self.all_lines) - len(self.lines)}

    def post_items(self) -> HttpResponse:
        form = self.items_form(self.request.POST)
        if not form.is_valid():
            return self.show(form)
        return self.on(q.put(self.answers, "lines", form.quantities()))

    # -- evidence ------------------------------------------------------------------------------------------------

    def limits(self) -> Limits:
        return Limits.of(self.order.policy)

    def show_evidence(self, form: Any) -> dict[str, Any]:
        reason = q.reason_of(self.answers)
        return {
            "form": form or FilesForm(limits=self.limits()),
            "reason": reason,
            "files": [files.shown(file, self.actor) for file in self.files()],
        }

    def files(self) -> list[Evidence]:
        """The files kept in the draft, as long as they are this buyer's own."""
        wanted = self.answers.get("evidence", [])
        found = (
            {e.public_id: e for e in Evidence.objects.of(self.actor).filter(public_id__in=wanted)}
            if wanted
            else {}
        )
        return [found[public_id] for public_id in wanted if public_id in found]

    def post_evidence(self) -> HttpResponse:
        kept = list(self.answers.get("evidence", []))
        gone = self.request.POST.get("remove")
        if gone:
            self.save(self.answers | {"evidence": [each for each in kept if each != gone]})
            return self.show()
        form = FilesForm(self.request.POST, self.request.FILES, limits=self.limits())
        if not form.is_valid():
            return self.show(form)
        sent = [(str(file.name), file.file) for file in form.cleaned_data["files"]]
        private = form.cleaned_data["private"]
        intake = files.take_many(sent, by=self.actor, limits=self.limits(), private=private)
        before = handed_in(sent_already(self.request), by=self.actor, private=private)
        kept = list(dict.fromkeys([*kept, *before, *(each.public_id for each in intake.taken)]))
        if len(kept) > MOST_FILES:
            form.add_error("files", _("A case takes up to %(n)s files.") % {"n": MOST_FILES})
        for refusal in intake.refused:
            form.add_error(
                "files", _("%(name)s: %(why)s") % {"name": refusal.name, "why": refusal.error.detail}
            )
        self.save(self.answers | {"evidence": kept[:MOST_FILES]})
        if form.errors or "add" in self.request.POST:
            return self.show(form if form.errors else None)
        if not kept and "skip" not in self.request.POST:
            return self.show(missing=True)
        return self.on(self.answers | {"evidence_seen": True})

    # -- what is asked -------------------------------------------------------------------------------------------

    def show_ask(self, form: Any) -> dict[str, Any]:
        order, reason = self.order, q.reason_of(self.answers)
        assert reason is not None, "the path leads here only with a reason"
        keep = money_filter(order.money(q.ceiling_of(self.answers, order, self.lines, remedy=Remedy.REFUND)))
        whole = _("All my money, keep the item") if q.received(self.answers) else _("All my money")
        choices: list[q.Choice] = [
            ("all", whole, keep),
            ("part", _("Part of my money"), _("You choose how much")),
        ]
        if Remedy.RETURN_AND_REFUND in q.remedies(reason):
            most = q.ceiling_of(self.answers, order, self.lines, remedy=Remedy.RETURN_AND_REFUND)
            pays = (
                _("The seller pays the postage.") if reason.fault == "seller" else _("You pay the postage.")
            )
            choices.append(
                ("return", _("Send it back, get all my money"), f"{money_filter(order.money(most))}. {pays}")
            )
        return {"choices": choices, "chosen": self.answers.get("ask", "")}

    def post_ask(self) -> HttpResponse:
        value = self.request.POST.get("answer", "")
        if value not in {choice[0] for choice in self.show_ask(None)["choices"]}:
            return self.show(problem=_("Choose one of these answers."))
        return self.on(q.put(self.answers, "ask", value))

    def amount_form(self, *data: Any) -> AmountForm:
        amount = self.answers.get("amount")
        initial = {"amount": self.order.money(amount).text if amount else ""}
        return AmountForm(*data, currency=self.order.currency, initial=initial)

    def show_part(self, form: Any) -> dict[str, Any]:
        ceiling = q.ceiling_of(self.answers, self.order, self.lines)
        sums = [(share, self.order.money(percent(ceiling, share))) for share in CHIPS]
        chips = [
            (str(share), _("%(share)s %% of what you paid") % {"share": share}, money_filter(part))
            for share, part in sums
            if part.minor
        ]
        return {"form": form or self.amount_form(), "chips": chips, "most": self.order.money(ceiling)}

    def post_part(self) -> HttpResponse:
        ceiling = q.ceiling_of(self.answers, self.order, self.lines)
        chip = self.request.POST.get("percent", "")
        if chip in {str(share) for share in CHIPS}:
            return self.on(q.put(self.answers, "amount", percent(ceiling, int(chip))))
        form = self.amount_form(self.request.POST)
        if form.is_valid():
            try:
                minor = check_amount(self.order, form.cleaned_data["amount"], ceiling)
                return self.on(q.put(self.answers, "amount", minor))
            except Invalid as error:
                tell_form(form, error)
        return self.show(form)

    # -- check and send --------------------------------------------------------------------------------------------

    def show_check(self, form: Any) -> dict[str, Any]:
        asked = q.claimed(self.answers, self.order, self.lines)
        amount = money_filter(self.order.money(asked.amount))
        return {
            "form": form or MoreForm(initial={"more": self.answers.get("more", "")}),
            "rows": self.rows(asked, amount),
            "amount": amount,
            "parcels": self.order.shipments.all() if not q.received(self.answers) else (),
            "no_files": self.wants_files() and not self.answers.get("evidence"),
        }

    def wants_files(self) -> bool:
        reason = q.reason_of(self.answers)
        return bool(reason and reason.wants)

    def rows(self, asked: q.Claimed, amount: str) -> list[dict[str, Any]]:
        """Every answer, each with its Change."""
        steps, can_change = q.path(self.answers, self.lines), q.reachable(self.answers, self.lines)
        labels = {value: label for value, label, _hint in q.CAME}
        share = per_cent_of(asked.amount, asked.ceiling)
        words = q.ask_words(self.answers, amount, all_of_it=asked.amount == asked.ceiling)
        part = (
            _("That is %(share)s %% of what you paid.") % {"share": share}
            if asked.amount != asked.ceiling
            else ""
        )
        reason, count = q.reason_of(self.answers), len(self.answers.get("evidence", []))
        found = [
            ("came", _("Did you get the parcel?"), labels.get(self.answers.get("came", ""), "")),
            ("detail" if "detail" in steps else "what", _("What is wrong"), reason.label if reason else ""),
            ("words", _("In your words"), self.answers.get("words", "")),
            ("items", _("Items"), "; ".join(q.pieces_words(line, n) for line, n in asked.lines)),
            (
                "evidence",
                _("Files"),
                ngettext("%(n)s file", "%(n)s files", count) % {"n": count} if count else _("None"),
            ),
            ("part" if "part" in steps else "ask", _("You ask for"), f"{words} {part}".strip()),
        ]
        optional = {"words", "evidence"}
        return [
            {
                "label": label,
                "value": value,
                "url": f"{self.address(step)}?change=1" if step in can_change else "",
            }
            for step, label, value in found
            if step in steps or step not in optional
        ]

    def post_check(self) -> HttpResponse:
        form = MoreForm(self.request.POST)
        if not form.is_valid():
            return self.show(form)
        self.save(self.answers | {"more": form.cleaned_data["more"].strip()})
        asked = q.claimed(self.answers, self.order, self.lines)
        amount = money_filter(self.order.money(asked.amount))
        claim = q.claim(self.answers, self.order, self.lines, amount_text=amount)
        try:
            dispute = services.open_dispute(self.order.pk, claim=claim, by=self.actor)
        except AlreadyDisputed as refusal:
            return self.refused(
                Obstacle("ended", refusal.detail, dispute=str(refusal.extra.get("dispute", "")))
            )
        except TooEarly as refusal:
            return self.refused(Obstacle("early", refusal.detail, refusal.possible_from))
        except TooLate as refusal:
            return self.refused(Obstacle("late", refusal.detail, possible_until=refusal.possible_until))
        except Invalid as refusal:
            return self.invalid(form, refusal)
        return HttpResponseRedirect(reverse("disputes:sent", args=[dispute.public_id]))

    def refused(self, found: Obstacle) -> HttpResponse:
        """Somebody or the clock was quicker than this page: say so, with the date, and keep every word."""
        open_one = Dispute.objects.filter(
            public_id=found.dispute, buyer_id=self.actor.user_id, lines__is_open=True
        )
        if found.dispute and open_one.exists():
            return HttpResponseRedirect(reverse("disputes:detail", args=[found.dispute]))
        typed = {str(MoreForm.base_fields["more"].label): self.answers.get("more", "")}
        context = not_yet(self, found, typed)
        return render(self.request, "disputes/problem/not_yet.html", context, status=409)

    def invalid(self, form: MoreForm, refusal: Invalid) -> HttpResponse:
        """What the service did not take, each with a link to the page where it was answered."""
        problems = []
        for error in refusal.errors:
            step = ANSWERED_ON.get(error.field)
            if step in q.path(self.answers, self.lines):
                problems.append((f"{self.address(str(step))}?change=1", error.message))
            else:
                form.add_error("more" if error.field == "description" else None, error.message)
        return self.show(form, problems=problems)
