import Logging
import SQL
package import ServiceLifecycle
import Synchronization

/// Makes previews in the background, on every node that works: at once when something new is stored, a few at a time;
/// and those of older assets one by one, while nothing new is due. What is due is in the database, so that a restart
/// loses nothing and nodes share the work. No job waits for it: it begins after the commit that stored the asset.
package final class MakePreviews: Service {
    /// How long after a lost notification, or after the end of a lease, a preview is found.
    private static let idle = Duration.seconds(2)
    /// Between two older assets, so that filling them in takes half of a core at most.
    private static let pause = Duration.milliseconds(250)

    private let database: Database
    private let make: MakePreview
    private let underWay: PreviewsUnderWay
    private let count: Int
    private let time: Time
    private let notifier: Notifier
    private let logger: Logger
    private let isShuttingDown = Mutex(false)
    /// When it was last logged that nothing can be read.
    private let complainedAt = Mutex<Instant?>(nil)

    /// - Parameter count: How many are made at once.
    init(
        database: Database, make: MakePreview, underWay: PreviewsUnderWay, count: Int, time: Time, notifier: Notifier,
        logger: Logger
    ) {
        self.database = database
        self.make = make
        self.underWay = underWay
        self.count = count
        self.time = time
        self.notifier = notifier
        self.logger = logger
    }

    /// Runs until graceful shutdown. What is being made then is finished, which takes seconds; if it is cut off after
    /// all, another node finds it when the lease ends.
    package func run() async throws {
        let signals = notifier.listen(for: .previews)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tick() }
            for await _ in signals.cancelOnGracefulShutdown() { await self.makeDue() }
            self.isShuttingDown.withLock { $0 = true }
        }
    }

    /// Makes what is due now, one after the other, the new before the old. Returns how many were claimed.
    @discardableResult
    package func runOnce() async throws -> Int {
        var claimed = 0
        while try await makeOne(.new) { claimed += 1 }
        while try await makeOne(.old) { claimed += 1 }
        return claimed
    }

    private func tick() async {
        while !mustStop {
            notifier.wake(.previews)
            do { try await cancelWhenGracefulShutdown { try await self.time.sleep(Self.idle) } } catch { return }
        }
    }

    private func makeDue() async {
        do {
            repeat { try await makeNew() } while try await makeOneOld()
            complainedAt.withLock { $0 = nil }
        } catch is CancellationError {
        } catch {
            complain(of: error)
        }
    }

    private func makeNew() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask { while !self.mustStop, try await self.makeOne(.new) {} }
            }
            // One that fails does not cut the others off.
            var failure: (any Error)?
            while let result = await group.nextResult() {
                if case .failure(let error) = result { failure = error }
            }
            if let failure { throw failure }
        }
    }

    /// Returns false if there are none.
    private func makeOneOld() async throws -> Bool {
        guard !mustStop, try await makeOne(.old) else { return false }
        do { try await cancelWhenGracefulShutdown { try await self.time.sleep(Self.pause) } } catch { return false }
        return true
    }

    /// Returns false if none is due.
    private func makeOne(_ priority: PreviewPriority) async throws -> Bool {
        let now = time.now()
        guard try await database.readInline({ try $0.files.isPreviewDue(priority, now: now) }),
            let claim = try await database.write(order: .alone, { try $0.files.claimPreview(priority, now: now) })
        else { return false }
        // Somebody who asked for it may have begun before it was claimed: then that one finds it claimed, and waits.
        let turn = underWay.begin(claim.asset.id)
        defer { if turn == .begun { underWay.end(claim.asset.id) } }
        _ = try await make(claim)
        return true
    }

    private var mustStop: Bool { isShuttingDown.withLock { $0 } || Task.isCancelled || Task.isShuttingDownGracefully }

    private func complain(of error: any Error) {
        let now = time.now()
        let isTime = complainedAt.withLock { last in
            if let before = last, now < before + .seconds(60) { return false }
            last = now
            return true
        }
        if isTime { logger.error("previews cannot be read", metadata: ["error": "\(error)"]) }
    }
}
