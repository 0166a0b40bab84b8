import Core

/// Which part of a list is asked for: the newest first.
struct ListPage: Sendable {
    let limit: Int
    let after: String?
    let before: String?

    init(_ parameters: Parameters) throws {
        guard let limit = try parameters.text("limit").map({ Int($0) }) ?? 10, (1...100).contains(limit) else {
            throw APIError.invalid("limit", "Invalid limit: must be from 1 to 100")
        }
        self.limit = limit
        after = try parameters.text("starting_after")
        before = try parameters.text("ending_before")
        guard after == nil || before == nil else {
            throw APIError.invalid("starting_after", "You cannot use both starting_after and ending_before.")
        }
    }
}

extension Store {
    /// A page of the objects that `isWanted` accepts. Reads them in batches that are large enough for most lists.
    func list<Object: Document>(
        _ call: Call, at url: String, of owner: String? = nil, where isWanted: (Object) throws -> Bool = { _ in true },
        _ show: (Object) throws -> JSON
    ) throws -> JSON {
        let page = try ListPage(call.parameters)
        let (found, hasMore) = try page.before == nil ? newer(page, owner, isWanted) : older(page, owner, isWanted)
        return [
            "object": "list", "data": .array(try found.map(show)), "has_more": .bool(hasMore), "url": .string(url),
        ]
    }

    private func newer<Object: Document>(
        _ page: ListPage, _ owner: String?, _ isWanted: (Object) throws -> Bool
    ) throws -> ([Object], Bool) {
        var below = try page.after.map { try place(of: $0, param: "starting_after", Object.kind) } ?? .max
        var found: [Object] = []
        while found.count <= page.limit {
            let some = try transaction.objects(Object.self, of: owner, below: below)
            guard let last = some.last else { break }
            found += try some.map(\.object).filter(isWanted)
            below = last.number
        }
        return (Array(found.prefix(page.limit)), found.count > page.limit)
    }

    private func older<Object: Document>(
        _ page: ListPage, _ owner: String?, _ isWanted: (Object) throws -> Bool
    ) throws -> ([Object], Bool) {
        var above = try place(of: page.before ?? "", param: "ending_before", Object.kind)
        var found: [Object] = []
        while found.count <= page.limit {
            let some = try transaction.objects(Object.self, of: owner, above: above)
            guard let last = some.last else { break }
            found += try some.map(\.object).filter(isWanted)
            above = last.number
        }
        return (found.prefix(page.limit).reversed(), found.count > page.limit)
    }

    private func place(of id: String, param: String, _ kind: Kind) throws -> Int64 {
        guard try transaction.kind(of: id) == kind, let number = try transaction.number(of: id) else {
            throw APIError.noSuch(kind, id, param: param)
        }
        return number
    }

    /// `created[gte]=…` and its kin, or one instant.
    func createdFilter(_ parameters: Parameters) throws -> (Int64) -> Bool {
        guard let bounds = parameters.form["created"], bounds.members != nil else {
            let exact = try parameters.instant("created")
            return { created in exact.map { $0 == created } ?? true }
        }
        let part = Parameters(form: bounds, path: "created")
        try part.allow("gt", "gte", "lt", "lte")
        let (gt, gte) = (try part.instant("gt"), try part.instant("gte"))
        let (lt, lte) = (try part.instant("lt"), try part.instant("lte"))
        return { created in
            created > gt ?? -1 && created >= gte ?? 0 && created < lt ?? .max && created <= lte ?? .max
        }
    }
}
