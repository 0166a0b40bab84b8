import CLibpq

/// A connection that listens on its schema's channel and notifies on it. It belongs to one thread.
final class PostgresSignalConnection {
    /// A notification takes fewer than 8,000 bytes.
    private static let messagesAtOnce = 128

    private let connection: OpaquePointer
    private let channel: String

    /// Nil if the server cannot be reached now.
    init?(url: String) {
        guard let connection = PostgresSignalConnection.connect(url) else { return nil }
        guard PQstatus(connection) == CONNECTION_OK, let channel = PostgresSignalConnection.listen(connection) else {
            PQfinish(connection)
            return nil
        }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        self.connection = connection
        self.channel = channel
    }

    deinit {
        PQfinish(connection)
    }

    var socket: Int32 { PQsocket(connection) }

    /// Returns false if the connection is lost.
    func send(_ messages: [String]) -> Bool {
        for start in stride(from: 0, to: messages.count, by: PostgresSignalConnection.messagesAtOnce) {
            let part = messages[start...].prefix(PostgresSignalConnection.messagesAtOnce).joined(separator: " ")
            let result = PostgresSignalConnection.withCStrings([channel, part]) { values in
                PQexecParams(connection, "SELECT pg_notify($1, $2)", 2, nil, values, nil, nil, 0)
            }
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_TUPLES_OK else { return false }
        }
        return true
    }

    /// Returns what others have sent since, or nil if the connection is lost.
    func receive() -> [String]? {
        guard PQconsumeInput(connection) == 1 else { return nil }
        var messages: [String] = []
        while let notification = PQnotifies(connection) {
            defer { PQfreemem(notification) }
            // This process has already handled its own notifications.
            if notification.pointee.be_pid == PQbackendPID(connection) { continue }
            messages += PostgresResult.text(notification.pointee.extra).split(separator: " ").map { String($0) }
        }
        return messages
    }

    /// A server that disappears silently is detected within a minute or so, unless the address says otherwise.
    private static func connect(_ url: String) -> OpaquePointer? {
        let settings = [
            "connect_timeout": "5", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
            "tcp_user_timeout": "60000", "application_name": "darkroom signals",
        ]
        let names = settings.map(\.key) + ["dbname"]
        let values = settings.map(\.value) + [url]
        return withCStrings(names) { names in withCStrings(values) { values in PQconnectdbParams(names, values, 1) } }
    }

    /// The channel's name. A channel belongs to the database, so it is named after the schema.
    private static func listen(_ connection: OpaquePointer) -> String? {
        let found = PQexec(connection, "SET synchronous_commit = off; SELECT 'darkroom_' || md5(current_schema())")
        defer { PQclear(found) }
        guard PQresultStatus(found) == PGRES_TUPLES_OK, PQntuples(found) == 1 else { return nil }
        let channel = PostgresResult.text(PQgetvalue(found, 0, 0))
        // Letters and digits: there is nothing to be quoted.
        let listening = PQexec(connection, "LISTEN \(channel)")
        defer { PQclear(listening) }
        return PQresultStatus(listening) == PGRES_COMMAND_OK ? channel : nil
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = strings.map { Array($0.utf8CString) }
        let block = copies.flatMap { $0 }
        return block.withUnsafeBufferPointer { block in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = copies.map { copy in
                defer { offset += copy.count }
                return block.baseAddress?.advanced(by: offset)
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
