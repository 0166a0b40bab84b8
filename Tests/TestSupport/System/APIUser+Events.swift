import AsyncHTTPClient
package import Core
import Foundation
import NIOCore
import NIOHTTP1

/// One message of an event stream.
package struct StreamedEvent: Sendable, Hashable {
    package var id: Int64?
    package var name: String
    package var data: JSON

    package var status: String? { data["status"]?.string }
    package var isProgress: Bool { name == "progress" }
}

extension APIUser {
    /// Reads an event stream until `isLast`, or until the server ends it.
    package func events(
        _ path: String, after lastID: Int64? = nil, onStart: @escaping @Sendable () async throws -> Void = {},
        until isLast: @escaping @Sendable (StreamedEvent) -> Bool = { _ in false }
    ) async throws -> [StreamedEvent] {
        try await withThrowingTaskGroup(of: [StreamedEvent].self) { group in
            group.addTask { try await read(path, lastID, onStart, isLast) }
            group.addTask {
                try await Time.system.sleep(TestBound.wait)
                throw Unexpected("the stream \(path) did not come to its end")
            }
            let events = try await group.next()
            group.cancelAll()
            return events ?? []
        }
    }

    private func read(
        _ path: String, _ lastID: Int64?, _ onStart: @Sendable () async throws -> Void,
        _ isLast: (StreamedEvent) -> Bool
    ) async throws -> [StreamedEvent] {
        let headers = lastID.map { ["Last-Event-ID": String($0)] } ?? [:]
        let response = try await client.execute(
            request("GET", path, nil, headers), timeout: .seconds(TestBound.seconds))
        guard response.status == .ok else { throw Unexpected("no stream: \(response.status)") }
        var events: [StreamedEvent] = []
        var text = ""
        var hasStarted = false
        for try await part in response.body {
            text += String(buffer: part)
            if !hasStarted {
                hasStarted = true
                try await onStart()
            }
            while let end = text.range(of: "\n\n") {
                let message = text[..<end.lowerBound]
                text.removeSubrange(..<end.upperBound)
                guard let event = try StreamedEvent(message) else { continue }
                events.append(event)
                if isLast(event) { return events }
            }
        }
        return events
    }
}

extension StreamedEvent {
    /// Nil for a comment, or for what only sets the pause between connections.
    fileprivate init?(_ message: Substring) throws {
        var fields: [Substring: String] = [:]
        for line in message.split(separator: "\n") where !line.hasPrefix(":") {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0]] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        guard let name = fields["event"], let data = fields["data"] else { return nil }
        self.init(id: fields["id"].flatMap { Int64($0) }, name: name, data: try JSON(parsing: data))
    }
}
