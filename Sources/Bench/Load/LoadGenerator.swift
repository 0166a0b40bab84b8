import Foundation

/// Keeps connections busy with prepared requests, on one thread, by the plainest calls there are: the same for what is
/// measured and for what stands beside it.
struct LoadGenerator {
    private struct Connection {
        var descriptor: Int32
        var reader = ResponseReader()
        var sentAt: ContinuousClock.Instant
        /// What of its request has not been sent yet.
        var rest: ArraySlice<UInt8> = []
    }

    private let spec: LoadSpec
    private let requests: [[UInt8]]
    private var connections: [Connection] = []
    private var next = 0
    private var isMeasuring = false
    private var latencies: [UInt32] = []
    private var statuses: [Int: Int] = [:]

    init(_ spec: LoadSpec) {
        precondition(!spec.requests.isEmpty, "a load has a request")
        self.spec = spec
        let body = spec.body.flatMap { FileManager.default.contents(atPath: $0) } ?? Data()
        requests = spec.requests.map { Array($0.utf8) + body }
    }

    mutating func run() throws -> LoadResult {
        defer { for connection in connections { close(connection.descriptor) } }
        for _ in 0..<spec.connections {
            connections.append(Connection(descriptor: try connect(), sentAt: .now))
            try send(connections.count - 1)
        }
        try serve(for: spec.warmUp)
        isMeasuring = true
        let begin = ContinuousClock.now
        try serve(for: spec.seconds)
        let took = (ContinuousClock.now - begin) / .seconds(1)
        latencies.sort()
        return LoadResult(
            responses: latencies.count, seconds: took, statuses: statuses, p50: percentile(0.5), p99: percentile(0.99))
    }

    private mutating func serve(for seconds: Double) throws {
        var waits = connections.map {
            pollfd(fd: $0.descriptor, events: Int16($0.rest.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            guard poll(&waits, nfds_t(waits.count), 100) > 0 else { continue }
            for index in waits.indices {
                if waits[index].revents & Int16(POLLOUT) != 0 { try push(index) }
                if waits[index].revents & ~Int16(POLLOUT) != 0 { try receive(index, buffer) }
                waits[index].fd = connections[index].descriptor
                waits[index].events = Int16(connections[index].rest.isEmpty ? POLLIN : POLLIN | POLLOUT)
            }
        }
    }

    private mutating func receive(_ index: Int, _ buffer: UnsafeMutableRawBufferPointer) throws {
        let count = recv(connections[index].descriptor, buffer.baseAddress, buffer.count, 0)
        if count < 0, errno == EAGAIN { return }
        guard count > 0 else { return try begin(again: index) }
        guard connections[index].reader.take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return }
        if isMeasuring {
            let took = ContinuousClock.now - connections[index].sentAt
            latencies.append(
                UInt32(clamping: took.components.attoseconds / 1_000_000_000_000 + took.components.seconds * 1_000_000))
            statuses[connections[index].reader.status, default: 0] += 1
        }
        connections[index].reader.reset()
        try send(index)
    }

    /// After a connection that the other side closed, as some do after so many requests.
    private mutating func begin(again index: Int) throws {
        if isMeasuring { statuses[0, default: 0] += 1 }
        close(connections[index].descriptor)
        connections[index] = Connection(descriptor: try connect(), sentAt: .now)
        try send(index)
    }

    private mutating func send(_ index: Int) throws {
        connections[index].sentAt = .now
        connections[index].rest = requests[next % requests.count][...]
        next += 1
        try push(index)
    }

    /// As much as the socket takes now.
    private mutating func push(_ index: Int) throws {
        let (descriptor, rest) = (connections[index].descriptor, connections[index].rest)
        let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0, errno == EAGAIN { return }
        guard count >= 0 else { return try begin(again: index) }
        connections[index].rest = rest.dropFirst(count)
    }

    private func connect() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(spec.port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw Failure(.unreachable, "No server listens on port \(spec.port).")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    private func percentile(_ share: Double) -> Double {
        guard !latencies.isEmpty else { return 0 }
        return Double(latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]) / 1000
    }
}
