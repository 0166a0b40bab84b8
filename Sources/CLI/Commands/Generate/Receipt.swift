import Core

/// What a job cost, as a sentence.
struct Receipt: Equatable {
    let sentence: String

    init(_ details: JSON) {
        let receipt = details["receipt"]
        let captured = Self.credits(receipt?["captured"])
        let released = Self.credits(receipt?["released"])
        var parts = ["captured \(captured) credits"]
        if released != "0.00" { parts.append("\(released) released") }
        let after = receipt?["transactions"]?.array?.last?["availableAfter"]
        if let after { parts.append("\(Self.credits(after)) available") }
        sentence = parts.joined(separator: ", ")
    }

    /// With two decimals, however the number was written.
    static func credits(_ number: JSON?) -> String {
        (try? number?.decode(Credits.self))?.description ?? "0.00"
    }
}
