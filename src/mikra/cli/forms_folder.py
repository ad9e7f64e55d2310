"""The folder that `mikra forms` fills: one file per form and language, images, loss reports, and the manifest."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from mikra.adapters.clock import now
from mikra.adapters.folder import write_whole
from mikra.cli.certificate import Maker
from mikra.cli.output import say
from mikra.conversion import attestation, manifest, open_badges, terms, wallet_type
from mikra.conversion.forms import SUITES, Attestation, Award, Kind, Made, make
from mikra.conversion.loss import measure_loss
from mikra.conversion.manifest import Entry, Standing
from mikra.conversion.measured import documents
from mikra.conversion.reading import Form
from mikra.errors import ConflictError, MikraError, UnavailableError
from mikra.formats import baked_png, baked_svg
from mikra.messages import LANGUAGES
from mikra.rendering.badge_image import badge_png, badge_svg
from mikra.sealing.keys import Signer


class Folder:
    """Writes everything about one award into a folder. What cannot be made here is listed with the reason."""

    def __init__(
        self,
        folder: Path,
        award: Award,
        sealed: bytes,
        signer: Signer,
        *,
        accent: str,
        language: str,
        holder: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.award = award
        self.sealed = sealed
        self.signer = signer
        self.accent = accent
        self.language = language
        self.at = now()
        self.listed: list[dict[str, str]] = []
        self.holder = holder
        self.not_made: list[dict[str, str]] = []
        self.manifest = manifest.begin(award.origin, sealed, identity=award.identity, at=self.at)

    def fill(self) -> dict[str, Any]:
        """{forms: [{file, form, language, id, sentence}], not_made: [{form, why}], manifest, losses}."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._refuse_what_was_withdrawn()
        self._write("edc.jsonld", self.sealed)
        for kind in Kind:
            for language in self._languages(kind):
                self._form(kind, language)
        for attested in Attestation:
            self._attestations(attested)
        self._certificates()
        self._losses()
        if self.award.identity.namespace:
            context = terms.context(self.award.identity.namespace)
            self._write("micro-credential-context.json", orjson.dumps(context, option=orjson.OPT_INDENT_2))
            self._write("micro-credential-type.json", wallet_type.metadata(self.award.identity.namespace))
            self._write("micro-credential-terms.md", terms.document(self.award.identity.namespace).encode())
        self._write("manifest.json", manifest.seal(self.manifest, signer=self.signer, at=self.at))
        return {"forms": self.listed, "not_made": self.not_made, "manifest": "manifest.json", "losses": "loss"}

    def _refuse_what_was_withdrawn(self) -> None:
        """The folder's own manifest is not forgotten: a withdrawn award gets no forms that say otherwise."""
        path = self.folder / "manifest.json"
        found = manifest.read(path.read_bytes()) if path.exists() else self.manifest
        if found.award == self.award.origin.award and any(one.status is not Standing.VALID for one in found.entries):
            raise ConflictError(
                "This award was withdrawn or replaced, as its manifest says.",
                where=str(path),
                found=found.superseded_by,
                fix="Make the forms of the new credential.",
            )

    def _languages(self, kind: Kind) -> tuple[str, ...]:
        """A form that holds one language is made in each of them."""
        if kind.holds_all_languages:
            return ("",) if self.award.identity.namespace else self._skip(kind, "forms.needs_namespace")
        if kind is Kind.CLR_2 and self.signer.algorithm not in SUITES:
            return self._skip(kind, "forms.needs_other_key")
        return self.award.languages

    def _attestations(self, kind: Attestation) -> None:
        """One for each language; none where the award lacks a mandatory claim, with the reason for each claim."""
        if kind is Attestation.OURS and not self.award.identity.namespace:
            self._skip(kind, "forms.needs_namespace")
            return
        if self.award.bearer.salt and not attestation.hides(kind):
            self._skip(kind, "forms.holds_learner")
            return
        for language in self.award.languages:
            if missing := attestation.project(self.award, kind, language).missing:
                why = " ".join(f"{one.claim}: {one.reason.text(self.language)}" for one in missing)
                self.not_made.append({"form": kind.value, "why": why})
                return
            made = attestation.make(
                self.award,
                kind,
                at=self.at,
                chance=secrets.token_bytes,
                signer=self.signer,
                holder=self.holder,
                language=language,
            )
            self._add(made, f"{made.name}.{made.ending}", made.content)

    def _skip(self, kind: Kind | Attestation, why: str) -> tuple[str, ...]:
        self.not_made.append({"form": kind.value, "why": say(why, self.language)})
        return ()

    def _form(self, kind: Kind, language: str) -> None:
        made = make(self.award, kind, at=self.at, signer=self.signer, language=language)
        self._add(made, f"{made.name}.{made.ending}", made.content)
        if kind is Kind.OPEN_BADGE:
            for ending, image in self._images(made):
                self._write(f"{made.name}.{ending}", image)
                self._list(made, f"{made.name}.{ending}")

    def _images(self, made: Made) -> Iterator[tuple[str, bytes]]:
        svg = badge_svg(self.award.credential, made.language, accent=self.accent)
        yield "svg", baked_svg.bake(svg, made.content.decode())
        try:
            yield "png", baked_png.bake(badge_png(svg), made.content.decode())
        except UnavailableError as error:
            self._note(f"{made.name}.png", error)

    def _certificates(self) -> None:
        """The certificate for people, in each of the credential's languages that we speak."""
        try:
            maker = self._maker()
            for language in (tag for tag in self.award.languages if tag in LANGUAGES):
                content = replace(maker, language=language).one(self.sealed)
                self._write(f"certificate.{language}.pdf", content)
                form_id = open_badges.form_id(self.award.origin, f"pdf {language}")
                entry = Entry.of(Form.PDF, content, form_id=form_id, at=self.at, language=language)
                self.manifest = self.manifest.with_entry(entry, self.at)
                told = say("forms.certificate", self.language)
                one = {"file": f"certificate.{language}.pdf", "form": "pdf", "language": language, "id": form_id}
                self.listed.append(one | {"sentence": told})
        except UnavailableError as error:
            self._note("pdf", error)

    def _maker(self) -> Maker:
        from mikra.rendering.brand import Brand
        from mikra.rendering.certificate import CertificateRenderer

        return Maker(CertificateRenderer(brand=Brand(accent=self.accent)), self.signer, "", None)

    def _note(self, form: str, error: MikraError) -> None:
        self.not_made.append({"form": form, "why": f"{error.message} {error.fix}".strip()})

    def _add(self, made: Made, name: str, content: bytes) -> None:
        self._write(name, content)
        self._list(made, name)
        entry = Entry.of(made.kind.form, content, form_id=made.id, at=self.at, language=made.language)
        self.manifest = self.manifest.with_entry(entry, self.at)

    def _list(self, made: Made, name: str) -> None:
        self.listed.append(
            {
                "file": name,
                "form": made.kind.value,
                "language": made.language,
                "id": made.id,
                "sentence": made.loss.summary.text(self.language),
            }
        )

    def _losses(self) -> None:
        """One report per form, as text in every language of ours, and as data."""
        for form, document in documents(self.award):
            report = measure_loss(self.award.credential, form, document)
            for language in LANGUAGES:
                self._write(f"loss/{form.value}.{language}.txt", report.text(language).encode())
            data = orjson.dumps(report.as_dict(self.language), option=orjson.OPT_INDENT_2)
            self._write(f"loss/{form.value}.json", data)

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
