package import SQL

/// Checks a request against the catalog and prices it. Nothing is written.
package struct PriceRequest: Sendable {
    private static let batchLimit = 20

    private let catalog: Catalog
    private let database: Database

    package init(catalog: Catalog, database: Database) {
        self.catalog = catalog
        self.database = database
    }

    /// Prices all of a batch, or throws the error of its first invalid request with that one's place.
    ///
    /// - Parameter unknownSide: How large a picture counts that is given by its address, which is not fetched here.
    package func callAsFunction(
        _ requests: [JobRequest], for account: ID<Account>, unknownSide: Int = 1024
    ) async throws -> [PricedRequest] {
        guard (1...PriceRequest.batchLimit).contains(requests.count) else {
            throw SubmitError.tooMany(limit: PriceRequest.batchLimit)
        }
        var priced: [PricedRequest] = []
        for (index, request) in requests.enumerated() {
            do {
                priced.append(try await self(request, for: account, unknownSide: unknownSide))
            } catch let error as SubmitError where requests.count > 1 {
                throw SubmitError.inBatch(index, error)
            }
        }
        return priced
    }

    package func callAsFunction(
        _ request: JobRequest, for account: ID<Account>, unknownSide: Int = 1024
    ) async throws -> PricedRequest {
        let catalog = try await catalog.current()
        let (kind, endpoint) = try choose(request, from: catalog)
        let parameters = try check(request.parameters, kind, endpoint)
        let (inputs, addresses) = inputs(of: kind, in: parameters)
        let subject = try await subject(
            of: kind, parameters, inputs, addresses.isEmpty ? nil : unknownSide, of: account)
        let outputs = kind.formula == .image ? parameters.number("numImages") ?? 1 : 1
        let price = try catalog.prices.price(of: subject, complexity: endpoint.complexity, count: outputs)
        return PricedRequest(
            kind: kind, endpoint: endpoint, parameters: parameters, inputs: inputs, addresses: addresses,
            outputs: outputs, price: price, retryOf: request.retryOf)
    }

    /// What the kind's formula needs, by the names that parameters have in every kind.
    private func subject(
        of kind: Kind, _ parameters: [String: JSON], _ inputs: [String: ID<Asset>], _ unknownSide: Int?,
        of account: ID<Account>
    ) async throws -> Price.Subject {
        switch kind.formula {
        case .image:
            .image(
                longerSide: try await longerSide(parameters, inputs, unknownSide, of: account),
                quality: parameters["quality"]?.string ?? PriceList.defaultQuality,
                seconds: parameters.number("seconds"))
        case .training: .training(images: parameters.number("trainingImages") ?? 0)
        case .refinement: .refinement(iteration: parameters.number("iteration") ?? 1)
        }
    }

    private func choose(_ request: JobRequest, from catalog: CatalogSnapshot) throws(SubmitError) -> (Kind, Endpoint) {
        do throws(CatalogSnapshot.Refusal) {
            let kind = try catalog.kind(request.kind)
            return (kind, try catalog.endpoint(request.endpoint, for: kind))
        } catch {
            throw .catalog(error)
        }
    }

    private func check(
        _ given: [String: JSON], _ kind: Kind, _ endpoint: Endpoint
    ) throws(SubmitError) -> [String: JSON] {
        do throws(ParameterError) {
            let valid = try kind.parameters.validate(given)
            // A parameter that the provider would never receive must not be accepted in vain.
            if valid["negativePrompt"] != nil, !endpoint.parametersSent.contains("negativePrompt") {
                throw ParameterError(
                    code: .unsupported, field: "negativePrompt",
                    message: """
                        \(endpoint.id) does not support 'negativePrompt'. Remove the parameter, or choose another \
                        endpoint.
                        """)
            }
            return valid
        } catch {
            throw .parameter(error)
        }
    }

    private func inputs(
        of kind: Kind, in parameters: [String: JSON]
    ) -> (stored: [String: ID<Asset>], addresses: [String: String]) {
        var (stored, addresses): ([String: ID<Asset>], [String: String]) = ([:], [:])
        for parameter in kind.parameters.parameters where parameter.type == .asset {
            guard let text = parameters[parameter.name]?.string else { continue }
            if let id = ID<Asset>(checking: text) {
                stored[parameter.name] = id
            } else {
                addresses[parameter.name] = text
            }
        }
        return (stored, addresses)
    }

    /// What is made from a picture is as large as the picture.
    private func longerSide(
        _ parameters: [String: JSON], _ inputs: [String: ID<Asset>], _ unknownSide: Int?, of account: ID<Account>
    ) async throws -> Int {
        if let width = parameters["width"]?.integer, let height = parameters["height"]?.integer {
            return Int(max(width, height))
        }
        var longest = unknownSide ?? 0
        for (name, asset) in inputs.sorted(by: { $0.key < $1.key }) {
            guard let picture = try await database.read({ try $0.jobs.inputPicture(asset, of: account) }) else {
                throw SubmitError.noPicture(name)
            }
            if picture.isTrashed { throw SubmitError.pictureInTrash(name) }
            longest = max(longest, picture.side)
        }
        return longest == 0 ? 1024 : longest
    }
}

extension [String: JSON] {
    fileprivate func number(_ name: String) -> Int? { self[name]?.integer.map { Int($0) } }
}

extension JobStatements {
    /// A stored picture of the account: its longer side, in pixels, and whether it is in the trash.
    fileprivate func inputPicture(
        _ asset: ID<Asset>, of account: ID<Account>
    ) throws(DatabaseError) -> (side: Int, isTrashed: Bool)? {
        let row = try queryOne("""
            SELECT width, height, trashed_at FROM assets
            WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL AND width IS NOT NULL
                AND content_type LIKE 'image/%'
            """, asset, account)
        guard let row else { return nil }
        return try (
            side: max(row.get("width"), row.get("height")), isTrashed: row.get("trashed_at", as: Instant?.self) != nil)
    }
}
