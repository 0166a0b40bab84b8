import Core
import Foundation
import Synchronization

/// The delays of the events that arrived.
final class ReceivedEvents: Sendable {
    private struct State {
        var isMeasuring = false
        var delays: [Int32] = []
        var lost = 0
    }

    private let state = Mutex(State())
    private static let mark = Array("\"at\":\"".utf8)
    private static let day: Int64 = 86_400_000

    func begin() {
        state.withLock { $0.isMeasuring = true }
    }

    /// A stream that ended while it was measured, which none should.
    func lost() {
        state.withLock { if $0.isMeasuring { $0.lost += 1 } }
    }

    func add(_ bytes: UnsafeRawBufferPointer) {
        var found: [Int64] = []
        var index = 0
        // `"at":"2026-01-02T03:04:05.678Z"`
        while index + Self.mark.count + 23 < bytes.count {
            if bytes[index] == Self.mark[0], isMark(bytes, index) {
                found.append(timeOfDay(bytes, index + Self.mark.count + 11))
                index += Self.mark.count + 23
            }
            index += 1
        }
        guard !found.isEmpty else { return }
        let now = Time.system.now().milliseconds % Self.day
        state.withLock { state in
            guard state.isMeasuring else { return }
            for time in found { state.delays.append(Int32(clamping: (now - time + Self.day) % Self.day)) }
        }
    }

    func result() throws -> StreamResult {
        let (delays, lost) = state.withLock { ($0.delays.sorted(), $0.lost) }
        guard lost == 0 else { throw Failure(.failed, "\(lost) streams were closed.") }
        guard !delays.isEmpty else { return StreamResult(events: 0, p50: 0, p99: 0) }
        return StreamResult(
            events: delays.count, p50: Double(delays[delays.count / 2]), p99: Double(delays[delays.count * 99 / 100]))
    }

    private func isMark(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        Self.mark.indices.allSatisfy { bytes[start + $0] == Self.mark[$0] }
    }

    private func timeOfDay(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int64 {
        func number(_ offset: Int, _ digits: Int) -> Int64 {
            (0..<digits).reduce(0) { $0 * 10 + Int64(bytes[start + offset + $1]) - 48 }
        }
        return ((number(0, 2) * 60 + number(3, 2)) * 60 + number(6, 2)) * 1000 + number(9, 3)
    }
}
