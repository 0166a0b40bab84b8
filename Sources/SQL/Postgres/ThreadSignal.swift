import Foundation
import Synchronization

/// Wakes a thread that waits for a socket: one end of a pipe, which can be waited for together with it.
final class ThreadSignal: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "a process has two free file descriptors at its start")
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// If the pipe is full, it rings already.
    func ring() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }

    /// Waits until it rings, the socket has something to read, or the time is over.
    func wait(_ bound: Duration, orReadable socket: Int32?) {
        var waits = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
        if let socket { waits.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        poll(&waits, nfds_t(waits.count), Int32(bound / .milliseconds(1)))
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(reading, &bytes, bytes.count) > 0 {}
    }
}
