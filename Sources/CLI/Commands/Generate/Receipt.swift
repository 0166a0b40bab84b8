import Core

/// What a job cost, as a sentence, and by which seed it can be made again.
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
        if let seed = Self.seed(details["job"]?["seed"]) { parts.append("seed \(seed)") }
        sentence = parts.joined(separator: ", ")
    }

    /// With all its digits, so that it can be requested again.
    private static func seed(_ number: JSON?) -> String? {
        switch number {
        case .integer(let seed): String(seed)
        case .decimal(let seed): "\(seed)"
        default: nil
        }
    }

    /// With two decimals, however the number was written.
    static func credits(_ number: JSON?) -> String {
        (try? number?.decode(Credits.self))?.description ?? "0.00"
    }
}
