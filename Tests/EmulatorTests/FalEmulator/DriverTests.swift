import Core
import HTTPTypes
import Testing
@testable import FalEmulator

/// The product's driver of fal against the sandbox: both must mean the same by every message.
struct DriverTests {
    private let endpoint = EndpointID(rawValue: FalWorld.flux)

    private func driver(_ world: FalWorld, key: String = "id:secret") -> FalProvider {
        FalProvider(
            .init(
                name: .sandbox, queueURL: world.url, keysURL: world.url + "/.well-known/jwks.json", key: key,
                concurrency: 1, webhookTimeout: .seconds(1), firstPoll: .seconds(1), slowestPoll: .seconds(1)),
            client: world.client, time: .system)
    }

    private func submission(
        _ faults: String, images: Int64 = 1, to app: String = FalWorld.flux, webhook: String? = nil
    ) -> Submission {
        Submission(
            endpoint: EndpointID(rawValue: app),
            input: [
                "prompt": .string("a park \(faults)" + (webhook == nil ? " sandbox:webhook-lost" : "")),
                "num_images": .integer(images), "image_size": ["width": 64, "height": 48],
            ], webhookURL: webhook ?? "http://127.0.0.1:1/")
    }

    private func accepted(_ submission: Submission, _ driver: FalProvider) async throws -> ProviderReference {
        let result = await driver.submit(submission)
        guard case .accepted(let id, let position) = result else { throw Surprise(text: "\(result)") }
        #expect(position != nil)
        return ProviderReference(endpoint: submission.endpoint, requestID: id)
    }

    private struct Surprise: Error {
        let text: String
    }

    /// Polls until the request has ended.
    private func end(_ reference: ProviderReference, _ driver: FalProvider) async throws -> JSON {
        while true {
            switch await driver.poll(reference) {
            case .running: await Task.yield()
            case .ended(let payload): return payload
            case let other: throw Surprise(text: "\(other)")
            }
        }
    }

    @Test(arguments: [
        ("", 2, [false, false]), ("sandbox:flagged", 2, [true, true]), ("sandbox:flagged=1", 2, [true, false]),
        ("sandbox:partial", 3, [false, false]), ("sandbox:slow=0", 1, [false]),
    ] as [(String, Int64, [Bool])])
    func `what is delivered is found by polling, with the flags of what is unsafe`(
        faults: String, images: Int64, flags: [Bool]
    ) async throws {
        try await FalWorld.with { world async throws in
            let driver = driver(world)
            let reference = try await accepted(submission(faults, images: images), driver)

            let outcome = driver.outcome(of: try await end(reference, driver))

            guard case .delivered(let files, _) = outcome else { throw Surprise(text: "\(outcome)") }
            #expect(files.map(\.isFlagged) == flags)
            #expect(Set(files.map(\.url)).count == flags.count)
            for file in files { #expect(try await world.send(.get, file.url, key: nil).status == 200) }
        }
    }

    @Test func `a result has a seed, which makes the same picture again`() async throws {
        try await FalWorld.with { world async throws in
            let driver = driver(world)
            func made(by seed: UInt64?) async throws -> (seed: UInt64?, bytes: [UInt8]) {
                var input = submission("").input.object ?? [:]
                input["seed"] = seed.map { .integer(Int64($0)) }
                let reference = try await accepted(
                    Submission(endpoint: endpoint, input: .object(input), webhookURL: "http://127.0.0.1:1/"), driver)
                let outcome = driver.outcome(of: try await end(reference, driver))
                guard case .delivered(let files, let used) = outcome, let file = files.first else {
                    throw Surprise(text: "\(outcome)")
                }
                return (used, try await world.send(.get, file.url, key: nil).bytes)
            }

            let first = try await made(by: nil)
            let again = try await made(by: first.seed)
            let other = try await made(by: nil)

            #expect(first.seed != nil && again.seed == first.seed && again.bytes == first.bytes)
            #expect(other.seed != first.seed && other.bytes != first.bytes)
        }
    }

    @Test(arguments: [
        ("sandbox:policy", ProviderFailure.Code.contentPolicy, false), ("sandbox:error", .failed, true),
    ])
    func `a failure is found by polling and said by a webhook, alike`(
        faults: String, code: ProviderFailure.Code, isTransient: Bool
    ) async throws {
        try await WebhookReceiver.with { receiver, hook async throws in
            try await FalWorld.with { world async throws in
                let driver = driver(world)
                let reference = try await accepted(submission(faults, webhook: hook), driver)
                let verified = try await driver.verify(ReceivedWebhook(receiver.next()))

                let polled = driver.outcome(of: try await end(reference, driver))
                #expect(verified.requestID == reference.requestID && !verified.needsPoll)
                #expect(driver.outcome(of: verified.payload) == polled)
                guard case .failed(let failure) = polled else { throw Surprise(text: "\(polled)") }
                #expect(failure.code == code && failure.isTransient == isTransient)
            }
        }
    }

    @Test func `an input that the model refuses fails with the model's own words`() async throws {
        try await FalWorld.with { world async throws in
            let driver = driver(world)
            let reference = try await accepted(submission("", images: 9), driver)

            let outcome = driver.outcome(of: try await end(reference, driver))
            #expect(outcome == .failed(ProviderFailure(
                .invalidInput, "num_images: Input should be less than or equal to 4", isTransient: false)))
        }
    }

    @Test func `a webhook is stored as a poll of the same end is, and is of the account that the sandbox names`()
        async throws
    {
        try await WebhookReceiver.with { receiver, hook async throws in
            try await FalWorld.with { world async throws in
                let driver = driver(world)
                let reference = try await accepted(submission("", images: 2, webhook: hook), driver)
                let received = try await receiver.next()
                let verified = try await driver.verify(ReceivedWebhook(received))

                #expect(try await verified.payload == end(reference, driver))
                #expect(try FalSignature(received.headers).userID == verified.userID)
            }
        }
    }

    @Test(arguments: [("webhook-forged", WebhookRefusal.badSignature), ("webhook-stale", .stale)])
    func `a webhook that is forged or stale is refused`(fault: String, refusal: WebhookRefusal) async throws {
        try await WebhookReceiver.with { receiver, hook async throws in
            try await FalWorld.with { world async throws in
                let driver = driver(world)
                _ = try await accepted(submission("sandbox:\(fault)", webhook: hook), driver)
                let received = try await receiver.next()

                await #expect(throws: refusal) { _ = try await driver.verify(ReceivedWebhook(received)) }
            }
        }
    }

    @Test(arguments: [
        ("sandbox:locked", ProviderFailure.Code.misconfigured, false, nil), ("sandbox:429", .rateLimited, true, 1),
        ("sandbox:500-then-ok", .failed, true, nil),
    ] as [(String, ProviderFailure.Code, Bool, Int?)])
    func `a submission that is refused is surely not accepted`(
        faults: String, code: ProviderFailure.Code, isTransient: Bool, seconds: Int?
    ) async throws {
        try await FalWorld.with { world async throws in
            let result = await driver(world).submit(submission(faults))

            guard case .refused(let failure) = result else { throw Surprise(text: "\(result)") }
            #expect(failure.code == code && failure.isTransient == isTransient)
            #expect(failure.retryAfter == seconds.map { .seconds($0) })
            #expect(try await world.send(.get, "/sandbox/requests").json()["requests"] == [])
        }
    }

    @Test func `a wrong key is for the operator to correct, and a wrong app is an input of no use`() async throws {
        try await FalWorld.with({ $0.key = "right" }) { world async throws in
            guard case .refused(let wrongKey) = await driver(world, key: "wrong").submit(submission("")),
                case .refused(let wrongApp) = await driver(world, key: "right")
                    .submit(submission("", to: "fal-ai/nothing"))
            else { throw Surprise(text: "not refused") }

            #expect(wrongKey.code == .misconfigured)
            #expect(wrongKey.message.hasPrefix("No user found for Key ID and Secret.") == true)
            #expect(wrongKey.message.contains("sandboxKey in the server.json"), "where the right one is")
            #expect(wrongApp.code == .invalidInput && !wrongApp.isTransient)
        }
    }

    @Test func `a submission without a response is open, and its webhook says whose it was`() async throws {
        try await WebhookReceiver.with { receiver, hook async throws in
            try await FalWorld.with { world async throws in
                let driver = driver(world)
                let result = await driver.submit(submission("sandbox:no-answer", webhook: hook))
                guard case .noResponse = result else { throw Surprise(text: "\(result)") }

                let verified = try await driver.verify(ReceivedWebhook(receiver.next()))
                let late = ProviderReference(endpoint: endpoint, requestID: verified.requestID)
                #expect(try await end(late, driver) == verified.payload)
            }
        }
    }

    @Test func `waiting and working are told apart, and an unknown request from both`() async throws {
        try await FalWorld.with { world async throws in
            let driver = driver(world)
            let waiting = try await accepted(submission("sandbox:queue=3600"), driver)
            let working = try await accepted(submission("sandbox:slow=600"), driver)
            var progress = await driver.poll(working)
            while case .running(let state) = progress, state.queuePosition != nil {
                progress = await driver.poll(working)
            }

            guard case .running(let queued) = await driver.poll(waiting), case .running(let running) = progress else {
                throw Surprise(text: "not running")
            }
            #expect((queued.queuePosition ?? 0) > 3000 && queued.logs.isEmpty)
            #expect(running.logs.first == "Loading the sandbox (not AI)")
            let unknown = ProviderReference(endpoint: endpoint, requestID: "01900000-0000-7000-8000-000000000000")
            #expect(await driver.poll(unknown) == .notFound)
            #expect(await driver.cancel(unknown) == .notFound)
        }
    }

    @Test(arguments: ["sandbox:queue=3600", "sandbox:never"])
    func `a cancel is a request to stop, and then too late`(faults: String) async throws {
        try await FalWorld.with { world async throws in
            let driver = driver(world)
            let reference = try await accepted(submission(faults), driver)

            #expect(await driver.cancel(reference) == .requested)
            #expect(await driver.cancel(reference) == .tooLate)
            guard case .failed(let failure) = driver.outcome(of: try await end(reference, driver)) else {
                throw Surprise(text: "not failed")
            }
            #expect(failure.code == .cancelled && !failure.isTransient)
        }
    }
}

extension ReceivedWebhook {
    fileprivate init(_ delivery: WebhookReceiver.Delivery) {
        let headers = delivery.headers.map { ($0.name.canonicalName, $0.value) }
        self.init(headers: Dictionary(headers) { one, _ in one }, body: delivery.body)
    }
}
