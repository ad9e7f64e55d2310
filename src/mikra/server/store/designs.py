"""Designs as they are made: the draft, what reviewers said, the published editions, which never change."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned


class Design(Owned):
    """One micro-credential in the making. `draft` is what `issuance.design_form` reads, complete or not.

    `version` counts the savings of the draft: whoever saves names the one that was read, and nobody's work is lost.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "review"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    """In the primary language of the design, for lists."""
    search = models.TextField(default="", blank=True)
    """Folded titles in all languages, and the code."""
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    draft = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    programme = models.CharField(max_length=120, default="", blank=True)
    """The programme that it was split from (MISSION, A11)."""
    made_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    changed = models.DateTimeField(auto_now=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "design"
        constraints = (models.UniqueConstraint(fields=("tenant", "code"), name="design_code_once"),)
        indexes = (models.Index(fields=("tenant", "state", "-last_used")),)


class Edition(Owned):
    """A published edition: `content` is the design file (JSON) that `issuance.design_file.read_design` takes.

    Nothing of it is ever changed but `withdrawn` (no new awards) and `review_by`'s warning.
    """

    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
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


class Comment(Owned):
    """What somebody said on a design, or on one element of it (`where`: a member of the design file)."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    where = models.CharField(max_length=120, default="", blank=True)
    text = models.TextField()
    by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    resolved = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "review_comment"
