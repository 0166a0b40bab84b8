import Core
import HTTPTypes

/// The members of a body that say which assets are meant: `query` with `except`, or `only`.
extension BulkSelection {
    static let names = ["query", "except", "only"]
    /// In bytes: as many ids as there may be.
    static let bodyLimit = 64 << 10

    /// - Parameter isTrash: Whether only what is in the trash is meant, or only what is not, if the query does not say
    ///   so.
    init(_ body: ObjectBody, isTrash: Bool = false) throws(APIError) {
        switch (body["query"], body["only"]) {
        case (let query?, nil):
            let except = try Self.ids("except", in: body, atMost: Self.mostExceptions) ?? []
            self = .filter(try AssetFilter(body: query, isTrash: isTrash), except: except)
        case (nil, _?):
            if body["except"] != nil {
                throw .invalidParameter("except", "'except' belongs to 'query'. Leave it out beside 'only'.")
            }
            self = .only(try Self.ids("only", in: body, atMost: Self.mostIDs) ?? [])
        case (nil, nil):
            throw APIError(
                .unprocessableContent, "missing_parameter",
                "'query' or 'only' is required. For all files, send an empty object as 'query'.", field: "query")
        case (_?, _?):
            throw .invalidParameter("only", "Send either 'query' or 'only'.")
        }
    }

    private static func ids(
        _ name: String, in body: ObjectBody, atMost limit: Int
    ) throws(APIError) -> Set<ID<Asset>>? {
        guard let texts = try body.texts(name) else { return nil }
        guard texts.count <= limit else {
            throw .invalidParameter(name, "'\(name)' must contain at most \(limit) ids.")
        }
        var ids: Set<ID<Asset>> = []
        for text in texts {
            guard let id = ID<Asset>(checking: text) else {
                throw .invalidParameter(name, "'\(name)' must contain ids only; '\(text.excerpt)' is not one.")
            }
            ids.insert(id)
        }
        return ids
    }
}

extension AssetFilter {
    private static let names = ["kind", "jobKind", "model", "tag", "favorite", "q", "from", "to", "trash"]

    /// The filters of a list, as the members of an object.
    fileprivate init(body: JSON, isTrash: Bool) throws(APIError) {
        guard body.object != nil else { throw .invalidParameter("query", "'query' must be an object.") }
        do throws(APIError) {
            let body = try ObjectBody(body, Self.names)
            self.init(
                kind: try body.assetKind(), jobKind: try body.name("jobKind").map { KindName(rawValue: $0) },
                model: try body.name("model").map { EndpointID(rawValue: $0) }, tag: try body.tag(),
                isFavorite: try body.flag("favorite"), search: try body.search(), from: try body.instant("from"),
                to: try body.instant("to"), isTrash: try body.flag("trash") ?? isTrash)
        } catch {
            var error = error
            error.field = error.field.map { "query.\($0)" }
            throw error
        }
    }
}

extension ObjectBody {
    /// As a tag is stored.
    func tag() throws(APIError) -> String? {
        guard let text = try text("tag") else { return nil }
        guard let tags = try? AssetName.checking(tags: [text]) else {
            throw .invalidParameter(
                "tag", "'tag' must have 1 to \(AssetName.tagLimit) bytes, without control characters.")
        }
        return tags.first
    }

    fileprivate func assetKind() throws(APIError) -> Asset.Kind? {
        guard let text = try text("kind") else { return nil }
        guard let kind = Asset.Kind(rawValue: text) else {
            throw .invalidParameter("kind", "'kind' must be 'upload' or 'output'.")
        }
        return kind
    }

    /// What is no kind and no model has no assets, so nothing is found.
    fileprivate func name(_ name: String) throws(APIError) -> String? {
        guard let text = try text(name) else { return nil }
        guard (1...200).contains(text.utf8.count) else {
            throw .invalidParameter(name, "'\(name)' must have 1 to 200 bytes.")
        }
        return text
    }

    /// An empty field of a form asks for nothing.
    fileprivate func search() throws(APIError) -> SearchQuery? {
        guard let text = try text("q"), !text.allSatisfy({ $0.isWhitespace }) else { return nil }
        guard let search = SearchQuery(text) else {
            throw .invalidParameter(
                "q", """
                'q' must have at most \(SearchQuery.longestText) characters and \(SearchQuery.mostWords) words. In \
                Chinese, Japanese and Korean, every character counts as a word.
                """)
        }
        return search
    }

    fileprivate func instant(_ name: String) throws(APIError) -> Instant? {
        guard let text = try text(name) else { return nil }
        guard let instant = Instant(text: text) else {
            throw .invalidParameter(
                name, "'\(name)' must be a time such as 2026-11-21T05:03:49Z, or a date such as 2026-11-21.")
        }
        return instant
    }
}
