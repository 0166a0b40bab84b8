import Core
import Foundation
import TestSupport

/// From the start of a process to its first ready response, and what it holds in memory while idle.
struct StartBench {
    let run: BenchRun

    private static let starts = 7

    func callAsFunction() async throws {
        let floor = try await floor()
        for engine in run.options.engines {
            run.note("start on \(engine.rawValue)")
            let bed = try await run.bed(engine)
            let first = try await run.serve(bed, [])
            await first.child.stop()
            var times: [Double] = []
            var memory = 0.0
            for start in 1...Self.starts {
                let server = try await run.serve(bed, [])
                times.append(server.startedIn / .seconds(1))
                if start == Self.starts {
                    try await Time.system.sleep(.seconds(2))
                    memory = Machine.residentMB(of: server.child.id) ?? 0
                }
                await server.child.stop()
            }
            run.add(BenchRow(
                .start, engine, "process start to ready, the middle of \(Self.starts)", median(times), "s",
                beside: .init(name: "a process that only says its help", value: floor), goal: .value(.atMost, 0.3)))
            run.add(
                BenchRow(.start, engine, "the first start, with its administrator", first.startedIn / .seconds(1), "s"))
            run.add(BenchRow(.start, engine, "memory held while idle", memory, "MB", goal: .value(.atMost, 80)))
        }
    }

    private func floor() async throws -> Double {
        var times: [Double] = []
        for _ in 1...Self.starts {
            let begin = ContinuousClock.now
            try await run.children.run(Programs.darkroom, ["--help"], log: run.file("help"))
            times.append((ContinuousClock.now - begin) / .seconds(1))
        }
        return median(times)
    }

    private func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }
}
