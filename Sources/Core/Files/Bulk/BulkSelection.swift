import SQL

/// Which assets of an account are meant: those that a filter finds, without some; or a few by their ids.
package enum BulkSelection: Sendable, Hashable {
    case filter(AssetFilter, except: Set<ID<Asset>>)
    case only(Set<ID<Asset>>)

    package static let mostExceptions = 1000
    package static let mostIDs = 200

    func includes(_ id: ID<Asset>) -> Bool {
        switch self {
        case .filter(_, let except): !except.contains(id)
        case .only(let ids): ids.contains(id)
        }
    }
}

extension BulkSelection {
    var json: JSON {
        switch self {
        case .filter(let filter, let except): .object(["filter": filter.json, "except": .ids(except)])
        case .only(let ids): .object(["only": .ids(ids)])
        }
    }

    /// From the database.
    init(_ text: String) throws(DatabaseError) {
        guard let json = try? JSON(parsing: text) else {
            throw DatabaseError(.decoding, "column selection does not hold JSON")
        }
        if let filter = json["filter"] {
            self = .filter(AssetFilter(stored: filter), except: json["except"].ids)
        } else {
            self = .only(json["only"].ids)
        }
    }
}

extension JSON {
    fileprivate static func ids(_ ids: Set<ID<Asset>>) -> JSON {
        .array(ids.sorted().map { .string($0.rawValue) })
    }
}

extension JSON? {
    fileprivate var ids: Set<ID<Asset>> {
        Set((self?.array ?? []).compactMap { $0.string.map { ID<Asset>(rawValue: $0) } })
    }
}

extension AssetFilter {
    fileprivate var json: JSON {
        var members: [String: JSON] = ["trash": .bool(isTrash)]
        members["kind"] = kind.map { .string($0.rawValue) }
        members["jobKind"] = jobKind.map { .string($0.rawValue) }
        members["model"] = model.map { .string($0.rawValue) }
        members["tag"] = tag.map { .string($0) }
        members["favorite"] = isFavorite.map { .bool($0) }
        members["words"] = search.map { .array($0.beginnings.map { .string($0) }) }
        members["from"] = from.map { .integer($0.milliseconds) }
        members["to"] = to.map { .integer($0.milliseconds) }
        return .object(members)
    }

    fileprivate init(stored json: JSON) {
        self.init(
            kind: json["kind"]?.string.flatMap { Asset.Kind(rawValue: $0) },
            jobKind: json["jobKind"]?.string.map { KindName(rawValue: $0) },
            model: json["model"]?.string.map { EndpointID(rawValue: $0) }, tag: json["tag"]?.string,
            isFavorite: json["favorite"]?.bool,
            search: json["words"]?.array.map { SearchQuery(stored: $0.compactMap(\.string)) },
            from: json["from"]?.integer.map { Instant(rawValue: $0) },
            to: json["to"]?.integer.map { Instant(rawValue: $0) }, isTrash: json["trash"]?.bool ?? false)
    }
}

extension SearchQuery {
    fileprivate init(stored beginnings: [String]) {
        self.beginnings = beginnings
    }
}
