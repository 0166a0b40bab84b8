@testable import Edge
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// What a connection may take, and what it is told. The clock is the embedded event loop's.
struct ConnectionRulesTests {
    @Test func `a request and its response pass unchanged`() throws {
        let world = try World()

        try world.receive(.head(World.head()), .end(nil))
        let head = try world.read()
        try world.respond()

        #expect(head?.headers["connection"].isEmpty == true)
        #expect(try world.sent()?.headers["connection"].isEmpty == true)
        #expect(world.isOpen)
    }

    @Test(arguments: ["close", "Close", "close, TE", "TE, CLOSE", "keep-alive, close"])
    func `a client that wants an end gets it, however it says so`(value: String) throws {
        let world = try World()

        try world.receive(.head(World.head(headers: ["Connection": value])), .end(nil))
        let head = try world.read()
        try world.respond()

        #expect(head?.headers["connection"] == ["close"])
        #expect(try world.sent()?.headers["connection"] == ["close"])
    }

    @Test(arguments: ["", "keep-alive"])
    func `a client of HTTP 1 0 gets no chunks, and an end`(value: String) throws {
        let world = try World()

        try world.receive(.head(World.head(version: .http1_0, headers: ["Connection": value])), .end(nil))
        let head = try world.read()
        try world.respond()

        let sent = try world.sent()
        #expect(head?.headers["connection"] == ["close"])
        #expect(sent?.version == .http1_0 && sent?.headers["connection"] == ["close"])
    }

    @Test func `a client that waits with its body is told to send it, once`() throws {
        let world = try World()

        try world.receive(.head(World.head(method: .POST, headers: ["Expect": "100-Continue"])))
        #expect(try world.sent() == nil, "nobody has asked for the body")
        try world.askForBody()
        try world.askForBody()

        #expect(try world.sent()?.status == .continue)
        #expect(try world.sent() == nil)
    }

    @Test(arguments: [
        ("it does not wait", .http1_1, [:], false),
        ("it is too old to wait", .http1_0, ["Expect": "100-continue"], false),
        ("it has begun already", .http1_1, ["Expect": "100-continue"], true),
    ] as [(String, HTTPVersion, [String: String], Bool)])
    func `other clients are told nothing`(
        reason: String, version: HTTPVersion, headers: [String: String], hasBegun: Bool
    ) throws {
        let world = try World()

        try world.receive(.head(World.head(method: .POST, version: version, headers: headers)))
        if hasBegun { try world.receive(.body(ByteBuffer(string: "x"))) }
        try world.askForBody()

        #expect(try world.sent() == nil, "\(reason)")
    }

    @Test func `a body may take thirty seconds, and longer by its size`() throws {
        let world = try World()
        try world.receive(.head(World.head(method: .POST)))

        for _ in 1...30 {
            try world.wait(.seconds(1))
            try world.receive(.body(ByteBuffer(string: "x")))
        }
        #expect(world.isOpen)
        try world.wait(.seconds(1))
        #expect(!world.isOpen, "a byte a second is not enough")
    }

    @Test func `a body that comes fast enough may take as long as it needs`() throws {
        let world = try World()
        try world.receive(.head(World.head(method: .POST)))

        for _ in 1...600 {
            try world.wait(.seconds(1))
            try world.receive(.body(ByteBuffer(repeating: 0, count: 16 << 10)))
        }
        try world.receive(.end(nil))
        try world.wait(.seconds(3_600))

        #expect(world.isOpen, "a complete request may be worked on for as long as that takes")
    }

    @Test func `a client that is not being read from is not slow`() throws {
        let world = try World()
        try world.receive(.head(World.head(method: .POST)))
        try world.receive(.body(ByteBuffer(string: "x")), reads: false)

        try world.wait(.seconds(600))

        #expect(world.isOpen)
    }

    @Test func `a body that nobody wants is read and dropped, so that the response is read`() throws {
        let world = try World()
        try world.receive(.head(World.head(method: .POST)), .body(ByteBuffer(string: "first")))
        _ = try world.read()
        try world.respond(.payloadTooLarge)

        try world.receive(.body(ByteBuffer(repeating: 0, count: 300 << 20)), .end(nil))

        #expect(try world.dropped(), "only the end of the request arrives")
        #expect(world.isOpen)
    }

    @Test func `nobody sends forever`() throws {
        let endless = try World()
        try endless.receive(.head(World.head(method: .POST)))
        try endless.respond(.payloadTooLarge)
        try endless.receive(.body(ByteBuffer(repeating: 0, count: 300 << 20)))
        #expect(endless.isOpen)
        try endless.receive(.body(ByteBuffer(repeating: 0, count: 300 << 20)))
        #expect(!endless.isOpen, "too much")

        let slow = try World()
        try slow.receive(.head(World.head(method: .POST)))
        try slow.respond(.payloadTooLarge)
        for _ in 1...29 {
            try slow.wait(.seconds(1))
            try slow.receive(.body(ByteBuffer(string: "x")))
        }
        #expect(slow.isOpen)
        try slow.wait(.seconds(1))
        #expect(!slow.isOpen, "too long")

        let silent = try World()
        try silent.receive(.head(World.head(method: .POST)))
        try silent.respond(.payloadTooLarge)
        try silent.wait(.seconds(4))
        #expect(silent.isOpen)
        try silent.wait(.seconds(1))
        #expect(!silent.isOpen, "too silent")
    }

    @Test func `a client that has closed its side gets the rest within two minutes`() throws {
        let world = try World()
        try world.receive(.head(World.head()), .end(nil))
        world.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)

        try world.wait(.seconds(119))
        #expect(world.isOpen)
        try world.wait(.seconds(1))

        #expect(!world.isOpen)
    }

    @Test func `a client may read slowly, and not never`() throws {
        let world = try World()
        try world.receive(.head(World.head()), .end(nil))
        world.channel.write(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)), promise: nil)
        world.channel.write(
            HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(repeating: 0, count: 40 << 10))), promise: nil)
        world.channel.isWritable = false
        world.channel.pipeline.fireChannelWritabilityChanged()

        // A minute, and ten seconds for 40 KB.
        try world.wait(.seconds(70))
        #expect(world.isOpen)
        try world.wait(.seconds(1))
        #expect(!world.isOpen)
    }

    @Test func `a client that reads again has all its time again`() throws {
        let world = try World()
        try world.receive(.head(World.head()), .end(nil))

        for _ in 1...5 {
            world.channel.isWritable = false
            world.channel.pipeline.fireChannelWritabilityChanged()
            try world.wait(.seconds(50))
            world.channel.isWritable = true
            world.channel.pipeline.fireChannelWritabilityChanged()
        }

        #expect(world.isOpen)
    }
}

/// A connection without a network, whose clock the test moves.
private struct World {
    let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel(handler: ConnectionRules(policy: ConnectionPolicy()))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.read()
    }

    var isOpen: Bool { channel.isActive }

    static func head(
        method: HTTPMethod = .GET, version: HTTPVersion = .http1_1, headers: [String: String] = [:]
    ) -> HTTPRequestHead {
        HTTPRequestHead(
            version: version, method: method, uri: "/",
            headers: HTTPHeaders(headers.filter { !$0.value.isEmpty }.map { ($0, $1) }))
    }

    /// - Parameter reads: Whether the server goes on reading.
    func receive(_ parts: HTTPServerRequestPart..., reads: Bool = true) throws {
        for part in parts where isOpen { try channel.writeInbound(part) }
        guard isOpen else { return }
        channel.pipeline.fireChannelReadComplete()
        if reads { channel.read() }
    }

    /// The next head that reached the server.
    func read() throws -> HTTPRequestHead? {
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { return head }
        }
        return nil
    }

    /// Whether nothing but the end of a request reached the server.
    func dropped() throws -> Bool {
        var parts: [HTTPServerRequestPart] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) { parts.append(part) }
        return parts == [.body(ByteBuffer(string: "first")), .end(nil)]
    }

    func respond(_ status: HTTPResponseStatus = .ok) throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: status)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    func askForBody() throws {
        try channel.triggerUserOutboundEvent(ContinueRequest()).wait()
    }

    /// The next head that reached the client.
    func sent() throws -> HTTPResponseHead? {
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            if case .head(let head) = part { return head }
        }
        return nil
    }

    func wait(_ time: TimeAmount) throws {
        channel.embeddedEventLoop.advanceTime(by: time)
    }
}
