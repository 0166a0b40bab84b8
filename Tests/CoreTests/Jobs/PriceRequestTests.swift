@testable import Core
import SQL
import TestSupport
import Testing

/// Kinds are rows: a kind that is added later is priced by its formula without new code.
struct PriceRequestTests {
    @Test(arguments: TestEngine.available)
    func `each kind is priced by its own formula`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account()
        try await insertKinds(world)

        func total(_ kind: KindName, _ parameters: [String: JSON]) async throws -> String {
            let request = JobRequest(kind: kind, parameters: parameters)
            let priced = try await PriceRequest(
                catalog: world.catalog, database: world.database)(request, for: actor.account)
            #expect(priced.outputs == 1)
            return priced.price.total.description
        }
        #expect(try await total("film", ["prompt": "waves", "seconds": 5]) == "30.00")
        #expect(try await total("film", ["prompt": "waves"]) == "60.00")
        #expect(try await total("lesson", ["trainingImages": 10]) == "115.00")
        #expect(try await total("lesson", ["trainingImages": 3]) == "112.50")
        #expect(try await total("polish", ["iteration": 2]) == "71.28")
        #expect(try await total("polish", [:]) == "59.40")
    }

    @Test func `what a film costs us is counted by its seconds`() async throws {
        let world = try await TestWorld()
        try await insertKinds(world)
        let endpoint = try #require(try await world.catalog.current().endpoints[EndpointID(rawValue: "test/film")])

        #expect(endpoint.expectedCost(outputs: 2, width: nil, height: nil, seconds: 5) == 500_000)
    }

    /// What is wrong with a request, the code of its refusal and the field that it names.
    private static let wrongParameters: [([String: JSON], String, String)] = [
        ([:], "missing_parameter", "prompt"), (["prompt": ""], "invalid_parameter", "prompt"),
        (["prompt": .null], "missing_parameter", "prompt"), (["prompt": 5], "invalid_parameter", "prompt"),
        (["prompt": "a", "colour": "red"], "unknown_parameter", "colour"),
        (["prompt": "a", "numImages": 0], "invalid_parameter", "numImages"),
        (["prompt": "a", "numImages": 5], "invalid_parameter", "numImages"),
        (["prompt": "a", "seed": -1], "invalid_parameter", "seed"),
        (["prompt": "a", "quality": "ultra"], "invalid_parameter", "quality"),
        (["prompt": "a", "resolution": "128x128"], "invalid_parameter", "resolution"),
        (["prompt": "a", "resolution": "1024x1024", "aspectRatio": "16:9"], "invalid_parameter", "aspectRatio"),
        // The default endpoint would never receive it.
        (["prompt": "a", "negativePrompt": "b"], "parameter_not_supported", "negativePrompt"),
    ]

    @Test func `a request that its kind does not allow is refused by its parameter`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account()

        for (parameters, code, field) in Self.wrongParameters {
            let request = JobRequest(kind: .textToImage, parameters: parameters)
            let error = await #expect(throws: SubmitError.self) {
                try await world.app.jobs.price(request, for: actor.account)
            }
            guard case .parameter(let wrong) = error else { throw Unexpected("another refusal: \(error as Any)") }
            #expect(wrong.code.rawValue == code && wrong.field == field, "\(parameters)")
        }
    }

    @Test func `an endpoint serves its own kind, and gets what it is made for`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account()
        let price = world.app.jobs.price

        func priced(_ kind: KindName, _ endpoint: String?, _ parameters: [String: JSON]) async throws -> PricedRequest {
            let endpoint = endpoint.map { EndpointID(rawValue: $0) }
            return try await price(
                JobRequest(kind: kind, endpoint: endpoint, parameters: parameters), for: actor.account)
        }
        let usual = try await priced(.textToImage, nil, ["prompt": "a"])
        let other = try await priced(.textToImage, "fal-ai/fast-sdxl", ["prompt": "a", "negativePrompt": "b"])
        let better = try await priced(.textToImage, "fal-ai/flux/dev", ["prompt": "a", "numImages": 3])

        #expect(usual.endpoint.id.rawValue == "fal-ai/flux/schnell" && usual.outputs == 1 && usual.inputs.isEmpty)
        #expect(usual.parameters["numImages"] == 1 && usual.parameters["width"] == 1024)
        #expect(other.parameters["negativePrompt"] == "b" && other.price.total == .whole(6))
        // Its complexity is 1.3: 5 × 1.3 × 1.2 × 3.
        #expect(better.outputs == 3 && better.price.total.description == "23.40")
        let others: [(String, String?)] = [
            ("poem", nil), ("text_to_image", "nowhere"), ("text_to_image", "fal-ai/birefnet"),
        ]
        for (kind, endpoint) in others {
            let error = await #expect(throws: SubmitError.self) {
                try await priced(KindName(rawValue: kind), endpoint, ["prompt": "a"])
            }
            guard case .catalog(let refusal) = error else { throw Unexpected("another refusal: \(error as Any)") }
            switch refusal {
            case .unknownKind(let name, let known):
                #expect(name == "poem" && known == ["background_removal", "style_transfer", "text_to_image"])
            case .unknownEndpoint(let name, let kind, let known):
                #expect(name == endpoint && kind == .textToImage)
                #expect(known == ["fal-ai/fast-sdxl", "fal-ai/flux/dev", "fal-ai/flux/schnell"])
            }
        }
    }

    @Test func `what is wrong in a list is named with its place, and of a list of one without`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account()
        let good = JobRequest(kind: .textToImage, parameters: ["prompt": "a"])
        let bad = JobRequest(kind: "poem", parameters: [:])
        let unknown = SubmitError.catalog(.unknownKind(
            "poem", known: ["background_removal", "style_transfer", "text_to_image"]))

        let wrong: [([JobRequest], SubmitError)] = [
            ([bad], unknown), ([good, bad], .inBatch(1, unknown)), ([bad, bad], .inBatch(0, unknown)),
            ([], .tooMany(limit: 20)), (Array(repeating: bad, count: 21), .tooMany(limit: 20)),
        ]
        for (requests, error) in wrong {
            await #expect(throws: error) { try await world.app.jobs.price(requests, for: actor.account) }
        }
        let twenty = Array(repeating: good, count: 20)
        #expect(try await world.app.jobs.price(twenty, for: actor.account).count == 20)
    }

    @Test(arguments: [
        ["aspectRatio": "3:2"], ["aspectRatio": "2:3"], ["aspectRatio": "7:5"], ["resolution": "2K"],
        ["resolution": "2K", "aspectRatio": "3:2"], ["resolution": "4K", "aspectRatio": "9:21"],
        ["resolution": "1K", "aspectRatio": "16:9"], ["resolution": "1000x700"],
        ["resolution": "1000x700", "aspectRatio": "10:7"], [:],
    ] as [[String: JSON]])
    func `a job of any shape can be requested again, and is the same`(shape: [String: JSON]) async throws {
        let catalog = try await CatalogSnapshot.released()
        let schema = try catalog.kind(.textToImage).parameters
        let parameters = try schema.validate(shape.merging(["prompt": "a"]) { $1 })

        let again = JobRequest(again: try Job.sample(parameters: parameters))

        #expect(try schema.validate(again.parameters) == parameters)
    }

    @Test(arguments: [("1024x1024", "3:2"), ("1024x688", "3:2"), ("680x1024", "3:2"), ("1024x1024", "1:2")])
    func `a size and a ratio that contradict each other are refused`(size: String, ratio: String) async throws {
        let schema = try await CatalogSnapshot.released().kind(.textToImage).parameters

        let error = #expect(throws: ParameterError.self) {
            try schema.validate(["prompt": "a", "resolution": .string(size), "aspectRatio": .string(ratio)])
        }

        #expect(error?.field == "aspectRatio")
    }

    @Test(arguments: TestEngine.available)
    func `what is made from a picture is priced by the picture's longer side`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account()

        // By the next step up, and by the last beyond it; the endpoint's complexity is 1.
        for (width, height, total) in [
            (512, 300, "3.00"), (300, 513, "6.00"), (2_000, 1_500, "12.00"), (1_500, 4_000, "24.00"),
            (9_000, 10, "24.00"),
        ] {
            let id = try await world.upload(for: actor)
            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE assets SET width = $2, height = $3 WHERE id = $1", id, width, height)
            }
            let priced = try await world.app.jobs.price(removal(of: id), for: actor.account)
            #expect(priced.price.total.description == total)
            #expect(priced.inputs == ["inputAssetId": id] && priced.outputs == 1)
        }
    }

    @Test(arguments: TestEngine.available)
    func `what is no picture of the account's own cannot be an input`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let (actor, other) = (try await world.account(), try await world.account())
        let changes: [Statement] = [
            "UPDATE assets SET deleted_at = 1 WHERE id = $1 AND account_id <> $2",
            "UPDATE assets SET width = NULL, height = NULL WHERE id = $1 AND account_id <> $2",
            "UPDATE assets SET content_type = 'video/mp4' WHERE id = $1 AND account_id <> $2",
            "UPDATE assets SET account_id = $2 WHERE id = $1",
        ]

        for change in changes {
            let id = try await world.upload(for: actor)
            _ = try await world.app.jobs.price(removal(of: id), for: actor.account)
            let changed = try await world.database.write(order: .alone) { try $0.execute(change, id, other.account) }
            #expect(changed == 1)
            let error = await #expect(throws: SubmitError.self) {
                try await world.app.jobs.price(removal(of: id), for: actor.account)
            }
            guard case .parameter(let wrong) = error else { throw Unexpected("another refusal: \(error as Any)") }
            #expect(wrong.field == "inputAssetId" && wrong.code == .invalid)
        }
    }

    private func removal(of picture: ID<Asset>) -> JobRequest {
        JobRequest(kind: .backgroundRemoval, parameters: ["inputAssetId": .string(picture.rawValue)])
    }

    private func insertKinds(_ world: TestWorld) async throws {
        try await world.database.write(order: .alone) { transaction in
            for (name, formula, parameters) in [
                ("film", "image", """
                    [{"name": "prompt", "type": "text", "required": true},
                     {"name": "seconds", "type": "integer", "minimum": 1, "maximum": 60, "default": 10}]
                    """),
                ("lesson", "training",
                 #"[{"name": "trainingImages", "type": "integer", "minimum": 1, "maximum": 100, "required": true}]"#),
                ("polish", "refinement", #"[{"name": "iteration", "type": "integer", "minimum": 1, "maximum": 20}]"#),
            ] {
                try transaction.execute("""
                    INSERT INTO kinds (name, version, title, formula, default_endpoint, time_limit, repeatable,
                        parameters)
                    VALUES ($1, 1, $1, $2, 'test/' || $1, 1000, 0, $3)
                    """, name, formula, parameters)
                try transaction.execute("""
                    INSERT INTO endpoints (id, kind, provider, title, complexity, cost_unit, cost, request)
                    VALUES ('test/' || $1, $1, 'fal', $1, $2, 'second', 50000, '{}')
                    """, name, formula == "image" ? 10_000 : 15_000)
            }
        }
        world.catalog.forget()
    }
}
