"""What the actions of transfers refuse with: here it is collected, so that pages say it in five languages.

A test reads the actions, and finds none that is missing here.
"""

from __future__ import annotations

from mikra.server.words import lazy

SENTENCES = (
    lazy("Ask the learner for the file itself, or for a new link."),
    lazy("Check the link. A file can be fetched for thirty days: ask the learner for a new one."),
    lazy("Choose fewer, and make another file."),
    lazy("Choose the file, or paste the link."),
    lazy("Choose what you want to send."),
    lazy("Copy it from your student card, or ask your institution for it."),
    lazy("Copy the whole link that the learner gave you."),
    lazy("Do not use it. Ask the learner for a new one."),
    lazy("Give the file as it came from the other institution's service."),
    lazy("Stop some."),
    lazy("The other institution's service did not give the file."),
    lazy("The seal of this file does not hold."),
    lazy("There are many files already."),
    lazy("There is no file under this code."),
    lazy("There is nothing to open yet."),
    lazy("This file for a home institution lacks something."),
    lazy("This file is larger than we accept."),
    lazy("This file says that it comes from where its seal does not stand for."),
    lazy("This is no European Student Identifier."),
    lazy("This is no link to a file for a home institution."),
    lazy("This is no sealed file for a home institution."),
    lazy("This is too much for one file."),
    lazy("This link is not safe."),
    lazy("This name is too long."),
)
