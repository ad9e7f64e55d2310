"""The verbs: one function each, given an `Actor`; they check its rights, own the transaction, note the audit trail."""
