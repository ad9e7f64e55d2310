"""The design studio: list, form, meter, previews, review, editions, vocabularies, skills, provider profiles."""
