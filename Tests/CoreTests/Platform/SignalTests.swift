@testable import Core
import SQL
import TestSupport
import Testing

/// What wakes loops of one process, and what they wait for.
struct SignalTests {
    private let clock = FakeTime()

    /// Waits for the signal, and returns the time at which it woke.
    private func wait(_ signal: Signal, _ duration: Duration = .seconds(60)) async -> Instant {
        await signal.wait(atMost: duration, clock.time)
        return clock.now
    }

    @Test func `a signal that was sent before is remembered, once`() async {
        let signal = Signal()
        signal.send()
        signal.send()
        let start = clock.now

        #expect(await wait(signal) == start)
        async let second = wait(signal)
        await clock.sleepers()
        clock.advance(by: .seconds(60))

        #expect(await second == start + .seconds(60), "nothing was left of the first two")
    }

    @Test func `a signal ends a wait at once, and so does the end of its time`() async {
        let signal = Signal()
        let start = clock.now
        async let woken = wait(signal)
        await clock.sleepers()
        signal.send()
        #expect(await woken == start)

        async let late = wait(signal, .seconds(5))
        await clock.sleepers()
        clock.advance(by: .seconds(5))
        #expect(await late == start + .seconds(5))
    }

    @Test func `a wait that is cancelled ends, and the next one is whole`() async {
        let signal = Signal()
        let task = Task { await wait(signal) }
        await clock.sleepers()
        task.cancel()
        _ = await task.value

        let start = clock.now
        async let next = wait(signal)
        await clock.sleepers()
        signal.send()
        #expect(await next == start)
    }

    @Test func `all who ask for a port learn it, before and after it is known`() async throws {
        let port = ListeningPort()
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await port.number() } }
            group.addTask {
                port.set(8080)
                return 8080
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }

        #expect(numbers == [8080])
        #expect(try await port.number() == 8080)
    }

    @Test func `a task that stops waiting for a port ends, and the others still learn it`() async throws {
        let port = ListeningPort()
        let impatient = Task { try await port.number() }
        let patient = Task { try await port.number() }
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }

        port.set(7)

        #expect(try await patient.value == 7)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await port.number()
        }
        #expect(try await late.value == 7, "what is known needs no wait")
    }

    @Test func `notifications that nobody has read yet are one, and others' are none`() async throws {
        let folder = try TemporaryFolder()
        let database = try await TestEngine.sqlite.emptyDatabase(in: folder.path)
        let notifier = Notifier(database, acrossProcesses: false)
        let account = ID<Account>.random()
        let (own, other, work) = (notifier.listen(to: account), notifier.listen(to: .random()), notifier.listen())

        for _ in 0..<5 {
            try await database.write(order: .alone) { transaction in
                transaction.notifyAfterCommit(account)
                transaction.notifyAfterCommit("nobody")
            }
        }
        notifier.workersHere()

        for (stream, elements) in [(own, 1), (other, 0), (work, 1)] {
            // In a task that is cancelled a stream returns what it holds, and then ends.
            let held = await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                var count = 0
                for await _ in stream { count += 1 }
                return count
            }.value
            #expect(held == elements)
        }
        await database.close()
    }

    @Test func `what is done now and then for each comes to each in its turn`() async throws {
        let folder = try TemporaryFolder()
        let database = try await TestEngine.sqlite.emptyDatabase(in: folder.path)
        let notifier = Notifier(database, acrossProcesses: false)
        let tokens = (0..<45).map { _ in notifier.onChange(of: ID<Account>.random()) {} }

        for turn in 0..<15 { #expect(tokens.count { $0.isTurn(turn, of: 15) } == 3) }
        for token in tokens { #expect((0..<15).count { token.isTurn($0, of: 15) } == 1) }
        await database.close()
    }
}
