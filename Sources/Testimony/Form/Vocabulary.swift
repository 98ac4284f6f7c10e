// SPDX-License-Identifier: Apache-2.0

/// A list of words, one of which may stand in a field.
struct Vocabulary: Hashable, Sendable {
    let words: [String]

    /// Reads words with spaces between them.
    init(_ words: String) { self.words = words.split(separator: " ").map(String.init) }
}

/// The lists. They follow the micro-thesauri of the HURIDOCS Events Standard Formats, shortened, with
/// local words added.
extension Vocabulary {
    static let yesNo = Vocabulary("yes no")
    static let yesNoUnknown = Vocabulary("yes no unknown")
    /// MT48: how sure a date is.
    static let dateType = Vocabulary("exact estimate unknown-day unknown-month-and-day")
    static let confidentiality = Vocabulary("open restricted confidential")
    static let violationStatus = Vocabulary("occurred ongoing attempted threatened unknown")
    /// MT3: rights.
    static let right = Vocabulary(
        """
        life liberty-and-security freedom-from-torture freedom-from-slavery fair-trial privacy \
        family-life home movement asylum nationality religion opinion expression information \
        assembly association political-participation property land housing work social-security \
        health education language culture indigenous-and-minority-rights equality \
        self-determination effective-remedy children women other
        """
    )
    /// MT4: types of acts.
    static let act = Vocabulary(
        """
        killing attempted-killing enforced-disappearance abduction arbitrary-arrest \
        arbitrary-detention house-arrest incommunicado-detention torture ill-treatment beating \
        sexual-violence forced-defrocking expulsion-from-religious-community \
        denial-of-religious-practice destruction-of-religious-property land-seizure \
        forced-eviction house-demolition confiscation-of-property destruction-of-crops \
        ban-on-language school-closure ban-on-books cultural-suppression forced-assimilation \
        discrimination denial-of-documents denial-of-nationality denial-of-education \
        denial-of-medical-care denial-of-legal-counsel unfair-trial forced-confession \
        surveillance interrogation summons search-without-warrant threat harassment \
        reprisal-against-family travel-ban passport-confiscation forced-return deportation \
        forced-displacement dispersal-of-assembly censorship internet-shutdown defamation \
        forced-labour other
        """
    )
    /// MT5: methods of violence.
    static let method = Vocabulary(
        """
        beating kicking beating-with-object electric-shock suspension forced-position \
        suffocation burning cutting shooting sexual-violence solitary-confinement \
        sleep-deprivation deprivation-of-food deprivation-of-water exposure-to-heat-or-cold \
        tear-gas water-cannon chaining hooding threats humiliation forced-medication other
        """
    )
    static let location = Vocabulary(
        """
        home pagoda monastery church mosque school workplace farmland street market \
        government-office police-station military-post prison detention-centre court hospital \
        border-crossing refugee-camp vehicle online other unknown
        """
    )
    static let statusAtEnd = Vocabulary(
        """
        free released-on-conditions detained imprisoned under-house-arrest disappeared dead \
        injured in-hiding displaced abroad deported unknown
        """
    )
    /// MT18: degrees of involvement.
    static let involvement = Vocabulary(
        """
        planned ordered led carried-out incited assisted guarded supplied informed-on allowed \
        failed-to-prevent covered-up benefited present unknown
        """
    )
    static let perpetrator = Vocabulary(
        """
        police public-security military border-guard prison-staff local-authority \
        provincial-authority national-authority court-or-prosecutor party-official \
        state-religious-body immigration-authority foreign-authority company armed-group \
        private-person unknown other
        """
    )
    static let perpetratorStatus = Vocabulary(
        """
        in-office promoted transferred retired dismissed under-investigation charged convicted \
        acquitted dead unknown
        """
    )
    static let connection = Vocabulary(
        """
        victim eye-witness family heard-from-witness heard-from-victim community-member lawyer \
        medical-professional journalist official organisation perpetrator other
        """
    )
    /// MT16: source material.
    static let material = Vocabulary(
        """
        interview written-statement oral-statement photograph video audio letter \
        official-document court-document medical-record news-report web-page social-media \
        telephone-call map object other
        """
    )
    /// MT42: reliability.
    static let reliability = Vocabulary(
        """
        completely-reliable usually-reliable fairly-reliable not-usually-reliable unreliable \
        cannot-be-judged
        """
    )
    static let countingUnit = Vocabulary("person family group community organisation")
    static let sex = Vocabulary("female male other unknown")
    /// A local list, in the place of MT13.
    static let ethnicBackground = Vocabulary(
        "khmer-krom khmer cham kinh hoa montagnard hmong lao other unknown"
    )
    static let detention = Vocabulary(
        """
        police-custody pre-trial-detention prison administrative-detention military-detention \
        house-arrest confinement-in-religious-building immigration-detention \
        psychiatric-institution secret-detention unknown
        """
    )
    static let court = Vocabulary(
        "none ordinary military religious administrative closed-to-public unknown"
    )
    static let purpose = Vocabulary(
        """
        confession information punishment intimidation discrimination renunciation-of-belief \
        other unknown
        """
    )
    static let property = Vocabulary(
        """
        home farmland crops livestock pagoda religious-object school books documents vehicle \
        phone-or-computer money other
        """
    )
    static let intervention = Vocabulary(
        """
        complaint petition letter court-action legal-aid medical-care relocation \
        urgent-action-request media-report visit other
        """
    )
    static let priority = Vocabulary("urgent high normal low")
    /// What a person may ask to be hidden.
    static let anonymise = Vocabulary("name photo voice place family")
    static let consentForm = Vocabulary("written oral recorded thumbprint")
    static let capacity = Vocabulary("self parent guardian family lawyer other")
}
