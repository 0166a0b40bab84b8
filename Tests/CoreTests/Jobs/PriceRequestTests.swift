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
