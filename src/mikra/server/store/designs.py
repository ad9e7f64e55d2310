"""Designs as they are made: the draft, what reviewers said, the published editions, which never change."""

from __future__ import annotations

import uuid
import zlib
from typing import Any, Self

import orjson
from django.db import models

from mikra.server.store.base import Owned
from mikra.vocabulary.folding import words


class Design(Owned):
    """One micro-credential in the making. `draft` is what `issuance.design_form` reads, complete or not.

    `version` counts the savings of the draft: whoever saves names the one that was read, and nobody's work is lost.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "review"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    code = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    """In the primary language of the design, for lists."""
    search = models.TextField(default="", blank=True)
    """Folded titles in all languages, and the code; each word after a blank."""
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    draft = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    saver = models.CharField(max_length=36, default="", blank=True)
    """The open page that saved last: its own savings are no conflict with it."""
    authors = models.JSONField(default=list)
    """Ids of those who changed the draft since the last edition: none of them approves it under four eyes."""
    stated = models.PositiveSmallIntegerField(default=0)
    """Of the eleven mandatory elements of Annex I, those that are stated or come with the award."""
    quality_on = models.DateField(null=True, blank=True)
    """The last day on which its quality was looked at."""
    programme = models.CharField(max_length=120, default="", blank=True)
    """The programme that it was split from (MISSION, A11)."""
    made_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    changed = models.DateTimeField(auto_now=True)
    last_used = models.DateTimeField(null=True, blank=True)
    deleted = models.DateTimeField(null=True, blank=True)
    """Taken away by somebody; can be brought back. Only what was never published can be."""

    class Meta:
        db_table = "design"
        constraints = (
            models.UniqueConstraint(
                fields=("tenant", "code"), name="design_code_once", condition=models.Q(deleted__isnull=True)
            ),
        )
        indexes = (models.Index(fields=("tenant", "state", "-last_used")),)

    def named(self, language: str) -> tuple[str, str]:
        """The title in this language where the draft has it, else in its first; and the language that it is in."""
        texts, spoken = self.draft.get("title"), self.draft.get("languages")
        if isinstance(texts, dict) and isinstance(texts.get(language), str) and texts[language].strip():
            return texts[language].strip()[:300], language
        first = spoken[0] if isinstance(spoken, list) and spoken and isinstance(spoken[0], str) else ""
        return self.title, first

    @classmethod
    def there(cls, tenant: Any) -> models.QuerySet[Self]:
        """Those that nobody deleted."""
        return cls.of(tenant).filter(deleted=None)

    @classmethod
    def found(cls, tenant: Any, *, text: str = "", state: str = "", programme: str = "") -> models.QuerySet[Self]:
        """By words of title or code (folded), state and programme; last used first. The archive only when asked for."""
        rows = cls.there(tenant)
        rows = rows.filter(state=state) if state else rows.exclude(state=cls.State.ARCHIVED)
        if programme:
            rows = rows.filter(programme=programme)
        for word in words(text):
            rows = rows.filter(search__contains=f" {word}")
        return rows.order_by(models.F("last_used").desc(nulls_last=True), "-changed", "-id")

    @classmethod
    def has_code(cls, tenant: Any, code: str, *, but: uuid.UUID | None = None) -> bool:
        """Whether a design of this tenant bears the code already."""
        rows = cls.there(tenant).filter(code=code)
        return (rows.exclude(pk=but) if but else rows).exists()

    @classmethod
    def counted(cls, tenant: Any) -> tuple[dict[str, int], list[str]]:
        """State -> how many; and the programmes that designs were split from. One walk over them all."""
        states: dict[str, int] = {}
        programmes: set[str] = set()
        for state, programme, count in cls.there(tenant).values_list("state", "programme").annotate(models.Count("id")):
            states[str(state)] = states.get(str(state), 0) + count
            programmes.add(programme)
        return states, sorted(programmes - {""})


class DraftVersion(Owned):
    """A draft as it was before somebody went on: what undoing goes back to. The last `KEPT` are kept."""

    KEPT = 20

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    """Whose work it is: who had saved it."""

    class Meta:
        db_table = "draft_version"
        constraints = (models.UniqueConstraint(fields=("design", "number"), name="draft_version_once"),)

    @property
    def draft(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(zlib.decompress(bytes(self.content)))
        return found

    @classmethod
    def keep(cls, design: Design, by: Any) -> None:
        """Puts away the draft as it stands; forgets the oldest beyond those that are kept."""
        content = zlib.compress(orjson.dumps(design.draft), 6)
        cls._default_manager.get_or_create(
            tenant=design.tenant, design=design, number=design.version, defaults={"content": content, "by_id": by}
        )
        old = list(design.versions.order_by("-number").values_list("pk", flat=True)[cls.KEPT :])
        design.versions.filter(pk__in=old).delete()

    @classmethod
    def last(cls, design: Design) -> Self | None:
        return cls.of(design.tenant).filter(design=design).order_by("-number").first()


class Edition(Owned):
    """A published edition: `content` is the design file (JSON) that `issuance.design_file.read_design` takes.

    Nothing of it is ever changed but `withdrawn` (no new awards) and `review_by`'s warning.
    """

    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=64, default="", blank=True)
    """What its author calls it: "2026.1"."""
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    published_on = models.DateField()
    published_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    review_by = models.DateField(null=True, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "edition"
        constraints = (models.UniqueConstraint(fields=("design", "number"), name="edition_number_once"),)

    @classmethod
    def latest(cls, tenant: Any, designs: Any) -> dict[uuid.UUID, Self]:
        """Design -> its last edition."""
        rows = cls.of(tenant).filter(design__in=designs).defer("content").order_by("number")
        return {one.design_id: one for one in rows}


class Review(Owned):
    """One round of review of a draft. `checklist`: aspect of Annex II.1 -> {"done": day, "by": name, "note": text}."""

    class State(models.TextChoices):
        OPEN = "open"
        CHANGES = "changes"
        APPROVED = "approved"
        WITHDRAWN = "withdrawn"

    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField()
    asked_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    decided = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(default="", blank=True)
    checklist = models.JSONField(default=dict)

    class Meta:
        db_table = "review"

    @classmethod
    def last(cls, design: Design) -> Self | None:
        """The last round, whatever became of it."""
        return (
            cls.of(design.tenant)
            .filter(design=design)
            .select_related("asked_by", "decided_by")
            .order_by("-created", "-id")
            .first()
        )


class Comment(Owned):
    """What somebody said on a design, or on one element of it (`where`: a member of the design file)."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    where = models.CharField(max_length=120, default="", blank=True)
    text = models.TextField()
    by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    resolved = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "review_comment"

    @classmethod
    def on(cls, design: Design) -> models.QuerySet[Self]:
        """All comments on a design, of all rounds, the oldest first."""
        rows = cls.of(design.tenant).filter(review__design=design).select_related("by", "review")
        return rows.order_by("created", "id")
