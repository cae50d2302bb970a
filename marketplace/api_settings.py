"""How the API answers: who may call it and how often, and how its schema names things. settings.py takes these tables over.

Everything is given by name, as a string: the apps are not loaded yet when this is read.
"""

from environs import Env

env = Env()

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "marketplace.accounts.authentication.TokenAuthentication",
        "marketplace.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "marketplace.accounts.authentication.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.core.serializers.JsonParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "marketplace.core.schema.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.ScopedRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "token": env.str("RATE_TOKEN", "60/min"),
        "upload": env.str("RATE_UPLOAD", "120/hour"),
        "upload_part": env.str("RATE_UPLOAD_PART", "3000/hour"),
        "report": env.str("RATE_REPORT", "60/hour"),
        "import": env.str("RATE_IMPORT", "600/min"),
    },
    "EXCEPTION_HANDLER": "marketplace.core.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR = {
    "TITLE": "Redress",
    "DESCRIPTION": "Disputes, returns and reports of a marketplace.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "AppealKind": "marketplace.appeals.models.Kind",
        "AppealKindByPeople": "marketplace.appeals.models.BY_PEOPLE",
        "AppealOutcome": "marketplace.appeals.models.OUTCOMES",
        "AppealStatus": "marketplace.appeals.models.State",
        "ClaimRemedy": "disputes.models.CLAIMED",
        "ContestCode": "disputes.services.returns.CONTEST_CODES",
        "DisputeOutcome": "disputes.models.Result",
        "DisputeReason": "disputes.reasons.CHOICES",
        "DisputeRemedy": "disputes.models.Remedy",
        "DisputeStatus": "disputes.models.State",
        "EvidenceKind": "marketplace.evidence.models.Evidence.Kind",
        "EvidenceStatus": "marketplace.evidence.models.Evidence.Status",
        "FeedbackStatus": "disputes.feedback.models.State",
        "OrderStatus": "marketplace.orders.models.State",
        "ProposalBy": "disputes.models.Proposal.By",
        "SanctionKind": "marketplace.sanctions.models.Kind",
        "RefundStatus": "marketplace.payments.models.Refund.Status",
        "ReturnStatus": "disputes.models.ReturnShipment.Status",
        "ReturnInspection": "disputes.models.ReturnShipment.Inspection",
        "ReplacementStatus": "disputes.models.ReplacementShipment.Status",
        "UploadProtocol": "marketplace.evidence.models.Upload.Protocol",
        "Side": "disputes.models.Payer",
        "WarrantyRemedy": "marketplace.warranty.models.Remedy",
        "TrackingCode": "marketplace.orders.models.TrackingEvent.Code",
    },
}
