"""Tables, constraints and named filters. No verb of the application lives here."""

from inventory.models.agreement import Pair
from inventory.models.audit import Action, Called, ChainHead, Change, Effect, Trace
from inventory.models.call import Call
from inventory.models.comment import Comment
from inventory.models.comparison import ComparedLine, Comparison
from inventory.models.feature import Feature
from inventory.models.frozen import Frozen, FrozenCall, FrozenPart, FrozenPrice, FrozenWeights
from inventory.models.job import FileChunk, Heartbeat, Job
from inventory.models.notice import Digest, Notice, NoticeChoices
from inventory.models.part import Part
from inventory.models.people import Membership, OneTimeLink, Person, Team
from inventory.models.pricing import ClaudeModel, Discount, Modifier, PriceRow
from inventory.models.queue import Hold
from inventory.models.realised import Realised
from inventory.models.reprice import Repricing, StagedPrice
from inventory.models.review import Review, Unreviewed
from inventory.models.scenario import Scenario, ScenarioLine
from inventory.models.staged import StagedCall, StagedPart
from inventory.models.upload import RememberedColumn, Upload, UploadFile, UploadRow
from inventory.models.version import Differing
from inventory.models.versioned import Stale, Versioned
from inventory.models.waiting import Sheet
from inventory.models.wave import Dependency, Wave

__all__ = [
    "Action", "Call", "Called", "ChainHead", "Change", "ClaudeModel", "Comment", "ComparedLine", "Comparison",
    "Dependency", "Differing", "Digest", "Discount", "Effect", "Feature", "FileChunk", "Frozen", "FrozenCall",
    "FrozenPart", "FrozenPrice", "FrozenWeights", "Heartbeat", "Hold", "Job", "Membership", "Modifier", "Notice",
    "NoticeChoices", "OneTimeLink", "Pair", "Part", "Person", "PriceRow", "Realised", "RememberedColumn",
    "Repricing", "Review", "Scenario", "ScenarioLine", "Sheet", "StagedCall", "StagedPart", "StagedPrice", "Stale",
    "Team", "Trace", "Unreviewed", "Upload", "UploadFile", "UploadRow", "Versioned", "Wave",
]  # fmt: skip
