"""Skills of ESCO, as somebody imported them for the whole installation: nothing of a tenant, nothing personal."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length

from mikra.vocabulary.folding import words


class Skill(models.Model):
    """One skill in one language. `search` holds its folded names, each word after a blank."""

    iri = models.CharField(max_length=200)
    language = models.CharField(max_length=12)
    label = models.CharField(max_length=500)
    kind = models.CharField(max_length=40, default="", blank=True)
    """ "knowledge" or "skill" (a slug of the list skill_type), or nothing."""
    reuse = models.CharField(max_length=40, default="", blank=True)
    search = models.TextField()

    class Meta:
        db_table = "skill"
        constraints = (models.UniqueConstraint(fields=("iri", "language"), name="skill_once"),)
        indexes = (models.Index(fields=("language", "label")),)

    @classmethod
    def found(cls, text: str, language: str, limit: int = 20) -> list[Skill]:
        """Skills with a word that begins with each word of `text`: in this language first, then in the others."""
        wanted = words(text)
        if not wanted:
            return []
        rows = cls._default_manager.all()
        for word in wanted:
            rows = rows.filter(search__contains=f" {word}")
        own = list(rows.filter(language=language).order_by(Length("label"), "label")[:limit])
        rest = rows.exclude(language=language).order_by("language", "label")
        return own or list(rest[:limit])

    @classmethod
    def labels(cls, iri: str) -> dict[str, str]:
        """Language -> label."""
        return dict(cls._default_manager.filter(iri=iri).values_list("language", "label"))

    @classmethod
    def counted(cls) -> dict[str, int]:
        """Language -> how many."""
        rows = cls._default_manager.values_list("language").annotate(models.Count("id")).order_by("language")
        return dict(rows)
