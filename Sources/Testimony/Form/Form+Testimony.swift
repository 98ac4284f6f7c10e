// SPDX-License-Identifier: Apache-2.0

/// The form of a testimony: the fields of the HURIDOCS Events Standard Formats under their names.
extension Form {
    static let testimony = Form(
        "saksi/v1 testimony",
        [
            Field(
                "replaces",
                .hash,
                "The commitment of the version before this one; `saksi testimony edit` fills it in."
            ),
            .required("record", .group(management), "About this record."),
            .required(
                "persons",
                .list(.group(person)),
                "Everybody in the account, one after another."
            ),
            .required("event", .group(event), "What happened, as a whole."),
            Field("acts", .list(.group(act)), "What was done to whom: one entry a person and act."),
            Field("involvements", .list(.group(involvement)), "Who did it, and in what part."),
            Field("sources", .list(.group(source)), "From whom or what this is known."),
            Field("interventions", .list(.group(intervention)), "What was done about it since."),
            Field("account", .group(account), "The account in the witness's own words."),
        ]
    )

    private static let management: [Field] = [
        .required("language", .language, "The language of the answers: km, vi, en, …"),
        .required("date-received", .date, "When the account was given."),
        Field("date-of-entry", .date, "When it was written here."),
        Field("entered-by", .pseudonym, "Who wrote it here; a pseudonym such as I01."),
        Field("comments", .text, "Anything about this record."),
    ]

    private static let person: [Field] = [
        .required("pseudonym", .naming, "What the person is called in this record, such as W01."),
        Field("names", .line, "The name, in its own script; leave empty where it is safer."),
        Field("counting-unit", .word(.countingUnit), "One person, or a group."),
        Field("sex", .word(.sex), "The person's sex."),
        Field("date-of-birth", .date, "The day, or only the month or year."),
        Field("date-of-birth-type", .word(.dateType), "How sure that date is."),
        Field("ethnic-background", .word(.ethnicBackground), "The people they belong to."),
        Field("citizenship", .line, "The state whose papers they hold, or none."),
        Field("religion", .line, "The religion."),
        Field("occupation", .line, "The work they do."),
        Field("languages", .list(.language), "The languages they speak."),
        Field("place-of-origin", .line, "Where they are from, as they say it."),
        Field("reliability", .word(.reliability), "How far what they say can be relied on."),
        Field("remarks", .text, "Anything else about the person."),
    ]

    private static let dates: [Field] = [
        Field("initial-date", .date, "When it began: 2024-05-17, or 2024-05, or 2024."),
        Field("initial-date-type", .word(.dateType), "How sure that date is."),
        Field("final-date", .date, "When it ended."),
        Field("final-date-type", .word(.dateType), "How sure that date is."),
        Field("date-as-told", .line, "The time in the witness's words, or by another calendar."),
    ]

    private static let place: [Field] = [
        .required("as-named", .line, "The place as the witness names it."),
        Field("geographical-term", .line, "Country and province."),
        Field("local-geographical-area", .line, "District, commune, village."),
        Field("latitude", .degrees(90), "Degrees north; south is negative."),
        Field("longitude", .degrees(180), "Degrees east; west is negative."),
    ]

    private static let event: [Field] =
        [.required("title", .line, "A short title.")] + dates + [
            Field("place", .group(place), "Where it happened."),
            Field(
                "violation-status",
                .word(.violationStatus),
                "Whether it happened, or still does."
            ),
            Field("rights-affected", .list(.word(.right)), "The rights that it touches."),
            Field("description", .text, "What happened."),
            Field("impact", .text, "What it did to people since."),
            Field("confidentiality", .word(.confidentiality), "How openly this may be spoken of."),
            Field("remarks", .text, "Anything else about the event."),
        ]

    private static let act: [Field] =
        [
            .required("id", .namingAct, "What the act is called in this record: A1, A2, …"),
            .required("victim", .person, "To whom it was done; their pseudonym."),
            .required("type-of-act", .word(.act), "What was done."),
            Field("type-as-told", .line, "What the witness calls it."),
        ] + dates + [
            Field("exact-location", .line, "Where just, as the witness names it."),
            Field("type-of-location", .word(.location), "What kind of place that is."),
            Field("method-of-violence", .list(.word(.method)), "How it was done."),
            Field("stated-reason", .text, "The reason that those who did it gave."),
            Field("attribution", .text, "Why the witness thinks that it was done."),
            Field("physical-consequences", .text, "What it did to the body."),
            Field("psychological-consequences", .text, "What it did to the mind."),
            Field("age-at-time", .line, "How old the victim was."),
            Field("status-at-end", .word(.statusAtEnd), "How the victim was at the end of it."),
            Field("victim-characteristics", .line, "What made the victim a target."),
            Field(
                "national-legislation",
                .line,
                "The law of the country that it broke, or that was cited."
            ),
            Field("international-instruments", .list(.line), "The treaties that it broke."),
            Field("arrest", .group(arrest), "Where somebody was arrested or held."),
            Field("torture", .group(torture), "Where somebody was tortured."),
            Field("killing", .group(killing), "Where somebody was killed."),
            Field("destruction", .group(destruction), "Where something was destroyed or taken."),
            Field("remarks", .text, "Anything else about the act."),
        ]

    private static let arrest: [Field] = [
        Field("detention-type", .word(.detention), "How the person was held."),
        Field("detention-conditions", .text, "How it was there."),
        Field("whereabouts", .line, "Where the person is held, as far as known."),
        Field("warrant-shown", .word(.yesNoUnknown), "Whether a warrant was shown."),
        Field("charges", .text, "What the person is accused of."),
        Field("legal-counsel", .word(.yesNoUnknown), "Whether there was a lawyer."),
        Field("family-informed", .word(.yesNoUnknown), "Whether the family was told."),
        Field("court-type", .word(.court), "Before what kind of court."),
        Field("court-outcome", .text, "What the court did."),
    ]

    private static let torture: [Field] = [
        Field("intent", .word(.purpose), "What it was for."),
        Field("medical-attention", .word(.yesNoUnknown), "Whether a doctor saw the victim."),
        Field(
            "statement-signed",
            .word(.yesNoUnknown),
            "Whether the victim had to sign something."
        ),
        Field("remarks", .text, "Anything else about it."),
    ]

    private static let killing: [Field] = [
        Field("autopsy", .word(.yesNoUnknown), "Whether there was an autopsy."),
        Field("autopsy-result", .text, "What it found."),
        Field(
            "death-certificate",
            .word(.yesNoUnknown),
            "Whether there is a certificate of death."
        ),
        Field("body-returned", .word(.yesNoUnknown), "Whether the family got the body."),
    ]

    private static let destruction: [Field] = [
        Field("type-of-property", .list(.word(.property)), "What was destroyed or taken."),
        Field("extent", .text, "How much of it."),
        Field("compensation", .text, "What was offered or given for it."),
    ]

    private static let involvement: [Field] = [
        .required("act", .act, "The act, such as A1."),
        .required("perpetrator", .person, "Who took part; their pseudonym."),
        .required("degree-of-involvement", .word(.involvement), "In what part."),
        Field("type-of-perpetrator", .word(.perpetrator), "What they are."),
        Field("latest-status", .word(.perpetratorStatus), "What became of them."),
        Field("remarks", .text, "How the witness knows them; rank, unit, number plates."),
    ]

    private static let source: [Field] = [
        .required("source", .person, "Who says it; their pseudonym."),
        Field("related-person", .person, "About whom; their pseudonym."),
        .required("source-connection", .word(.connection), "How the source knows of it."),
        Field("type-of-source-material", .word(.material), "What kind of material it is."),
        Field("date-of-source-material", .date, "When it was made."),
        Field("language-of-source-material", .language, "Its language."),
        Field("reliability", .word(.reliability), "How far it can be relied on."),
        Field("confidentiality", .word(.confidentiality), "How openly it may be used."),
        Field("observations", .text, "Anything else about it."),
    ]

    private static let intervention: [Field] = [
        .required("intervening-party", .line, "Who did something."),
        Field("type-of-intervention", .list(.word(.intervention)), "What they did."),
        Field("intervention-date", .date, "When."),
        Field("parties-requested", .line, "Whom they asked."),
        Field("response", .text, "What came of it."),
        Field("impact", .text, "What it changed."),
        Field("priority", .word(.priority), "How urgent it is."),
    ]

    private static let account: [Field] = [
        .required("given-by", .person, "Whose account it is; their pseudonym."),
        .required("language", .language, "The language in which it was given."),
        .required("text", .paragraphs, "The account; an empty line between paragraphs."),
    ]
}
