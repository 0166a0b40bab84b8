import Core
import Foundation
import SQL
import TestSupport

/// Lists, searches and the gallery of one account with 100,000 assets.
struct ListsBench {
    let run: BenchRun

    private static let count = 100_000

    private static let requests = [
        ("a page of all", "/api/assets?limit=60"), ("a page of a model", "/api/assets?model=rare&limit=60"),
        ("a search for a word of one", "/api/gallery?q=zebra&limit=60"),
        ("a search for a word of all", "/api/gallery?q=sunset&limit=60"),
        ("a search for a word of 1 in 100", "/api/gallery?q=harbor&limit=60"),
        ("60 pictures at place 50,000", "/api/gallery?at=50000&n=60"), ("the gallery's index", "/api/gallery/index"),
    ]

    func callAsFunction() async throws {
        for engine in run.options.engines {
            run.note("lists on \(engine.rawValue): inserting \(Self.count) assets")
            let bed = try await run.bed(engine, accounts: 1)
            let database = try bed.open()
            try await ManyAssets(count: Self.count, of: bed.accounts.account(0)).insert(into: database)
            await database.close()
            let server = try await run.serve(bed)
            for (name, path) in Self.requests {
                let load = try await run.load(
                    server.port, [RawRequest.get(path, key: bed.accounts.secret(0))], expecting: 200)
                run.add(BenchRow(.lists, engine, name, load.perSecond(200), "/s"))
            }
            await server.child.stop()
        }
    }
}
