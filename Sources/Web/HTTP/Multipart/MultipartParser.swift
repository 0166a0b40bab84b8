import Foundation
import NIOCore

/// Parses a multipart form as its bytes arrive (RFC 7578). A value: it is given bytes and returns events, holding back
/// only what might be the beginning of a boundary.
struct MultipartParser {
    enum Event: Hashable {
        case part(MultipartHeaders)
        case bytes(ByteBuffer)
        case endOfPart
        case end
    }

    private enum State {
        case preamble, afterBoundary, headers, body, done
    }

    /// The most bytes of one part's headers, and of what comes before the first boundary.
    static let headerLimit = 16 << 10
    static let mostParts = 32

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var buffer = ByteBuffer()
    private var parts = 0

    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // As though a line came before, so that the first boundary looks like the others.
        buffer.writeString("\r\n")
    }

    mutating func feed(_ bytes: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(bytes)
    }

    /// Returns the next event; nil if more bytes are needed.
    mutating func next() throws(MultipartError) -> Event? {
        while true {
            switch state {
            case .preamble:
                guard try skipPreamble() else { return nil }
            case .afterBoundary:
                guard try readBoundaryEnd() else { return nil }
            case .headers:
                return try readHeaders()
            case .body:
                return readBody()
            case .done:
                return .end
            }
        }
    }

    private mutating func skipPreamble() throws(MultipartError) -> Bool {
        guard let offset = find(delimiter) else {
            guard buffer.readableBytes <= Self.headerLimit else { throw .malformed }
            return false
        }
        buffer.moveReaderIndex(forwardBy: offset + delimiter.count)
        state = .afterBoundary
        return true
    }

    /// Two hyphens end the form, a line break begins a part; blanks before the break are allowed.
    private mutating func readBoundaryEnd() throws(MultipartError) -> Bool {
        let view = buffer.readableBytesView
        if view.starts(with: "--".utf8) {
            state = .done
            return true
        }
        guard let newline = find(Array("\r\n".utf8)) else {
            guard view.count <= 256 else { throw .malformed }
            return false
        }
        guard view.prefix(newline).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { throw .malformed }
        parts += 1
        guard parts <= Self.mostParts else { throw .tooMuch }
        // The break stays: with it a part without headers looks like the others.
        buffer.moveReaderIndex(forwardBy: newline)
        state = .headers
        return true
    }

    private mutating func readHeaders() throws(MultipartError) -> Event? {
        guard let end = find(Array("\r\n\r\n".utf8)) else {
            guard buffer.readableBytes <= Self.headerLimit else { throw .tooMuch }
            return nil
        }
        guard end <= Self.headerLimit else { throw .tooMuch }
        let text = String(decoding: buffer.readableBytesView.prefix(end), as: UTF8.self)
        buffer.moveReaderIndex(forwardBy: end + 4)
        state = .body
        return .part(MultipartHeaders(text))
    }

    private mutating func readBody() -> Event? {
        if let offset = find(delimiter) {
            if offset > 0 { return buffer.readSlice(length: offset).map(Event.bytes) }
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .afterBoundary
            return .endOfPart
        }
        let certain = buffer.readableBytes - (delimiter.count - 1)
        return certain > 0 ? buffer.readSlice(length: certain).map(Event.bytes) : nil
    }

    /// Returns where `word`, which begins with a line break, first occurs in the unread bytes.
    private func find(_ word: [UInt8]) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var offset = 0
            while offset + word.count <= bytes.count {
                let rest = bytes.count - offset - word.count + 1
                guard let hit = memchr(start + offset, Int32(word[0]), rest) else { return nil }
                if memcmp(hit, word, word.count) == 0 { return UnsafeRawPointer(hit) - start }
                offset = UnsafeRawPointer(hit) - start + 1
            }
            return nil
        }
    }
}

enum MultipartError: Error, Sendable, Hashable {
    case malformed
    case tooMuch
    case noFile
}
