"""Indexes that another one begins with, or that no question uses, are dropped: each costs at every credential.

They are dropped one by one, where Django would write whole tables anew (SQLite).
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

FEWER = {
    "award": ("batch_id", "edition_id", "tenant_id"),
    "batch_row": ("batch_id",),
    "delivery": ("tenant_id",),
    "audit_entry": ("tenant_id",),
    "learner_token": ("tenant_id",),
    "sealed": ("award_id", "seal_key_id", "tenant_id"),
    "personal_key": ("tenant_id",),
}


def drop(_apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    for table, columns in FEWER.items():
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table)
        for name, one in found.items():
            plain = one["index"] and not one["unique"] and not one["primary_key"] and not one["foreign_key"]
            if plain and one["columns"] in [[column] for column in columns]:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0021_known_verifiers"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name="award",
                    name="batch",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="store.batch",
                    ),
                ),
                migrations.AlterField(
                    model_name="award",
                    name="edition",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.edition",
                    ),
                ),
                migrations.AlterField(
                    model_name="award",
                    name="tenant",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.tenant"
                    ),
                ),
                migrations.AlterField(
                    model_name="batchrow",
                    name="batch",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="store.batch",
                    ),
                ),
                migrations.AlterField(
                    model_name="delivery",
                    name="tenant",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.tenant"
                    ),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="tenant",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.tenant"
                    ),
                ),
                migrations.AlterField(
                    model_name="learnertoken",
                    name="tenant",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.tenant"
                    ),
                ),
                migrations.AlterField(
                    model_name="sealed",
                    name="award",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sealed",
                        to="store.award",
                    ),
                ),
                migrations.AlterField(
                    model_name="sealed",
                    name="seal_key",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.sealkey",
                    ),
                ),
                migrations.AlterField(
                    model_name="sealed",
                    name="tenant",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.tenant"
                    ),
                ),
                migrations.AlterField(
                    model_name="wrapped",
                    name="tenant",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.tenant"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="learnertoken", name="learner_same_once"),
        migrations.RemoveIndex(model_name="learnertoken", name="learner_tok_tenant__6e168e_idx"),
        migrations.AddIndex(
            model_name="learnertoken", index=models.Index(fields=["token"], name="learner_token_found")
        ),
        migrations.AddConstraint(
            model_name="learnertoken",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "same")), fields=("token",), name="learner_same_once"
            ),
        ),
    ]
