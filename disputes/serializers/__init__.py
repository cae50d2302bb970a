"""A dispute in the API: what comes in with each verb, and the shape in which `facts` goes out. One module a storey."""

from .case import (
    ClaimSerializer,
    DisputeRowSerializer,
    DisputeSerializer,
    EventSerializer,
    ExhibitSerializer,
    NoAppealField,
    NoneYetField,
    PersonSerializer,
    RefundSerializer,
    WrittenMessageSerializer,
)
from .mediation import AdjudicateSerializer, CitedSerializer, DecisionSerializer
from .negotiation import MessageSerializer, NoteSerializer, ProvideEvidenceSerializer, ReasonSerializer
from .opening import (
    AnswersSerializer,
    ChosenLineSerializer,
    DraftSerializer,
    FilterSerializer,
    OpenSerializer,
    SavedDraftSerializer,
)
from .returns import ContestReturnSerializer, ReturnEventSerializer, ReturnSerializer, ShipReturnSerializer

__all__ = [
    "AdjudicateSerializer",
    "AnswersSerializer",
    "ChosenLineSerializer",
    "CitedSerializer",
    "ClaimSerializer",
    "ContestReturnSerializer",
    "DecisionSerializer",
    "DisputeRowSerializer",
    "DisputeSerializer",
    "DraftSerializer",
    "EventSerializer",
    "ExhibitSerializer",
    "FilterSerializer",
    "MessageSerializer",
    "NoAppealField",
    "NoneYetField",
    "NoteSerializer",
    "OpenSerializer",
    "PersonSerializer",
    "ProvideEvidenceSerializer",
    "ReasonSerializer",
    "RefundSerializer",
    "ReturnEventSerializer",
    "ReturnSerializer",
    "SavedDraftSerializer",
    "ShipReturnSerializer",
    "WrittenMessageSerializer",
]
