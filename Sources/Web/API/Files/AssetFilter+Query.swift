import Core

/// The names of the parameters of a list of assets.
protocol AssetFilterName: QueryName {
    static var jobKind: Self { get }
    static var model: Self { get }
    static var tag: Self { get }
    static var favorite: Self { get }
    static var q: Self { get }
    static var from: Self { get }
    static var to: Self { get }
}

extension AssetFilter {
    /// All but `kind` and `isTrash`, which not every list has.
    init<Name: AssetFilterName>(_ query: Query<Name>) throws(APIError) {
        self.init(
            jobKind: try query.name(.jobKind).map { KindName(rawValue: $0) },
            model: try query.name(.model).map { EndpointID(rawValue: $0) }, tag: try query.tag(),
            isFavorite: try query.flag(.favorite), search: try query.search(), from: try query.instant(.from),
            to: try query.instant(.to))
    }
}

extension Query where Name: AssetFilterName {
    /// What is no kind and no model has no assets, so nothing is found.
    fileprivate func name(_ name: Name) throws(APIError) -> String? {
        guard let text = text(name) else { return nil }
        guard (1...200).contains(text.utf8.count) else {
            throw .invalidParameter(name.rawValue, "'\(name.rawValue)' must have 1 to 200 bytes.")
        }
        return text
    }

    /// As a tag is stored.
    fileprivate func tag() throws(APIError) -> String? {
        guard let text = text(.tag) else { return nil }
        guard let tags = try? AssetName.checking(tags: [text]) else {
            throw .invalidParameter(
                "tag", "'tag' must have 1 to \(AssetName.tagLimit) bytes, without control characters.")
        }
        return tags.first
    }

    /// An empty field of a form asks for nothing.
    fileprivate func search() throws(APIError) -> SearchQuery? {
        guard let text = text(.q), !text.allSatisfy(\.isWhitespace) else { return nil }
        guard let search = SearchQuery(text) else {
            throw .invalidParameter("q", """
                'q' must have at most \(SearchQuery.longestText) characters and \(SearchQuery.mostWords) words. In \
                Chinese, Japanese and Korean, every character counts as a word.
                """)
        }
        return search
    }
}
