"""What a learner has answered to verifiers, as the learner reads it again: under the key of the wallet."""

from __future__ import annotations

from django.db import models

from mikra.server.store.wallets import OfWallet


class WalletAnswer(OfWallet):
    """One answer. `content`: to whom, of which credentials, what they showed (`wallet_answers`)."""

    content = models.BinaryField()

    class Meta:
        db_table = "wallet_answer"
