/// How long the server waits for a client. Times are in seconds, rates in bytes a second.
package struct ConnectionPolicy: Sendable {
    /// Without a request, or before one is complete.
    var idleTime = 60
    /// A body may take this long, and longer by its size at this rate.
    var bodyGrace = 30
    var bodyRate = 16 << 10
    /// A client may leave a response unread for this long, and longer by what it has not read at this rate.
    var readerGrace = 60
    var readerRate = 4 << 10
    /// What is read, and for how long, of a body after its response has ended; and without a byte of it.
    var drainedBytes = 512 << 20
    var drainTime = 30
    var drainSilence = 5
    /// For the rest of a response after the client has closed its side.
    var halfClosedTime = 120

    package init() {}
}
