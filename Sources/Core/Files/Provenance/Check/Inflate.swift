import CZlib

/// Inflates what zlib deflated (RFC 1950 and 1951), up to a bound: for texts from outside.
enum Inflate {
    /// The bits of the largest window, with a sign that says that the head is not for zlib to read.
    private static let rawWindow: Int32 = -15

    /// Returns nil if the bytes are damaged, or would be more than `limit`. The checksum behind them is not read.
    static func zlib(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        let head = Array(bytes.prefix(2))
        // Deflated, and without a dictionary that nobody has.
        guard head.count == 2, head[0] & 15 == 8, head[1] & 0x20 == 0, (Int(head[0]) << 8 | Int(head[1])) % 31 == 0
        else { return nil }
        var (input, isWhole) = (Array(bytes.dropFirst(2)), false)
        // With room for one byte too many, so that a text of just its bound has its end.
        let output = [UInt8](unsafeUninitializedCapacity: limit + 1) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                var stream = z_stream()
                let size = Int32(MemoryLayout<z_stream>.size)
                guard inflateInit2_(&stream, rawWindow, ZLIB_VERSION, size) == Z_OK else { return }
                defer { inflateEnd(&stream) }
                (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
                isWhole = inflate(&stream, Z_FINISH) == Z_STREAM_END
                count = output.count - Int(stream.avail_out)
            }
        }
        return isWhole && output.count <= limit ? output : nil
    }
}
