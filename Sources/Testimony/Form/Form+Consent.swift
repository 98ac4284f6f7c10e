// SPDX-License-Identifier: Apache-2.0

import Vault

/// The form of a consent: who allows what, for whom, and what was explained to them.
extension Form {
    static let consent = Form(
        "saksi/v1 consent",
        [
            .required("date", .date, "When the consent was given."),
            .required("language", .language, "The language in which it was explained."),
            .required("manner", .word(.consentForm), "How it was given."),
            .required("explained", .group(explained), "What was explained, and by whom."),
            .required("persons", .list(.group(person)), "Everybody whose consent is needed."),
            Field("earlier-interviews", .list(.group(interview)), "Who asked the same before."),
            Field("remarks", .text, "Anything else."),
        ]
    )

    static let classes = Vocabulary(
        ConsentClass.allCases.map(\.rawValue).joined(separator: " ")
    )

    private static let explained: [Field] = [
        .required("by", .pseudonym, "Who explained it; a pseudonym such as I01."),
        .required("intended-uses", .word(.yesNo), "What the account may be used for."),
        .required("right-to-withdraw", .word(.yesNo), "That consent can be withdrawn at any time."),
        .required("limits", .word(.yesNo), "What cannot be taken back or kept secret."),
        Field("risks", .word(.yesNo), "What could go wrong."),
        Field("questions", .text, "What the person asked, and the answers."),
    ]

    private static let person: [Field] = [
        .required("pseudonym", .naming, "The person, as the testimony calls them."),
        .required("given-through", .word(.capacity), "Who spoke for them; self where they did."),
        Field("allows", .list(.group(permission)), "To whom it may be given. None: to nobody."),
        Field("remarks", .text, "What the person asked for, in their words."),
    ]

    private static let permission: [Field] = [
        .required("class", .word(classes), "To whom."),
        Field("anonymise", .list(.word(.anonymise)), "What must be hidden from them."),
        Field("conditions", .text, "On what conditions."),
    ]

    private static let interview: [Field] = [
        .required("with", .line, "Who asked."),
        Field("date", .date, "When."),
    ]
}
