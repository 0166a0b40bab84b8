import Core
import Foundation
import TestSupport

/// Many open event streams, and events that each go to all streams of one account.
struct EventsBench {
    let run: BenchRun

    private static let accounts = 100
    private static let perSecond = 100
    private static let readers = 2

    func callAsFunction() async throws {
        for engine in run.options.engines {
            let bed = try await run.bed(engine, accounts: Self.accounts)
            let server = try await run.serve(bed)
            // Once warm, so that what is measured is the streams' memory and not the server's own.
            _ = try await run.load(
                server.port, SubmitBench.requests(bed.accounts), expecting: 202, seconds: 1, warmUp: 0)
            try await Time.system.sleep(.seconds(1))
            let before = Machine.residentMB(of: server.child.id) ?? 0
            run.note("events on \(engine.rawValue): opening \(run.options.streams) streams")
            let readers = try await open(server, bed)
            let after = Machine.residentMB(of: server.child.id) ?? 0
            run.note("events on \(engine.rawValue): \(Self.perSecond) events a second")
            try await emit(server, bed)
            var results: [StreamResult] = []
            for reader in readers { results.append(try await reader.result()) }
            await server.child.stop()
            try report(engine, after - before, results)
        }
    }

    private struct Reader {
        let child: ChildProcess

        func result() async throws -> StreamResult {
            guard await child.exit() == 0, let line = child.output.split(separator: "\n").last else {
                throw Failure(.failed, "The reader of the streams failed: \(text.suffix(400))")
            }
            return try JSONDecoder().decode(StreamResult.self, from: Data(line.utf8))
        }

        var text: String { child.output + child.errors }
        var isOpen: Bool { child.output.hasPrefix("open") }
    }

    private func open(_ server: BenchRun.Server, _ bed: BenchBed) async throws -> [Reader] {
        let each = run.options.streams / Self.readers
        var readers: [Reader] = []
        for _ in 0..<Self.readers {
            let spec = StreamSpec(
                port: server.port, streams: each, keys: (0..<bed.accounts.count).map { bed.accounts.secret($0) },
                seconds: Double(run.options.seconds) + 3)
            let file = run.file("streams.json")
            try JSONEncoder().encode(spec).write(to: URL(fileURLWithPath: file))
            let child = try await run.children.start(Programs.bench, ["streams", file], log: file)
            readers.append(Reader(child: child))
        }
        let begin = ContinuousClock.now
        while !readers.allSatisfy(\.isOpen) {
            try await Time.system.sleep(.milliseconds(20))
            guard ContinuousClock.now - begin < .seconds(120), readers.allSatisfy(\.child.isRunning) else {
                throw Failure(.failed, "The streams could not be opened: \(readers.map(\.text))")
            }
        }
        return readers
    }

    /// Evenly, to one account after the other.
    private func emit(_ server: BenchRun.Server, _ bed: BenchBed) async throws {
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<(Self.perSecond * run.options.seconds) {
                let due = begin + .milliseconds(number * 1000 / Self.perSecond)
                let wait = due - ContinuousClock.now
                if wait > .zero { try await Time.system.sleep(wait) }
                let secret = bed.accounts.secret(number % bed.accounts.count)
                group.addTask { [run] in
                    try await run.post("/api/generate", port: server.port, key: secret, body: SubmitBench.body)
                }
            }
            try await group.waitForAll()
        }
    }

    private func report(_ engine: BenchEngine, _ memory: Double, _ results: [StreamResult]) throws {
        let streams = run.options.streams
        let each = streams / Self.readers / Self.accounts * Self.readers
        let expected = Self.perSecond * run.options.seconds * each
        let received = results.map(\.events).reduce(0, +)
        guard let latest = results.map(\.p99).max(), let middle = results.map(\.p50).max(), received > 0 else {
            throw Failure(.failed, "No event was received.")
        }
        let what = "\(streams) streams, \(each) an account"
        run.add(BenchRow(
            .events, engine, "memory for \(what)", memory, "MB", goal: .value(.atMost, Double(streams) * 0.04)))
        run.add(BenchRow(.events, engine, "memory of one stream", memory * 1024 / Double(streams), "KB"))
        run.add(BenchRow(
            .events, engine, "delivered, of \(expected) at \(Self.perSecond) events/s", Double(received), "",
            goal: .value(.atLeast, Double(expected))))
        run.add(BenchRow(.events, engine, "event to delivery, middle", middle, "ms"))
        run.add(BenchRow(.events, engine, "event to delivery, 99 of 100", latest, "ms", goal: .value(.atMost, 500)))
    }
}
