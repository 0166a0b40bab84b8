/// Finds where a response ends, and its status: no more, so that the generator leaves the machine to what it measures.
struct ResponseReader {
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var remaining: Int?
    private var isChunked = false
    private(set) var status = 0

    /// True once the response is complete. One response at a time: requests are not pipelined.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let remaining {
            self.remaining = remaining - bytes.count
            if isChunked { keepTail(bytes) }
            return isWhole
        }
        let before = head.count
        head.append(contentsOf: bytes)
        guard let end = endOfHead(from: max(0, before - 3)) else { return false }
        readHead(to: end)
        if isChunked { keepTail(UnsafeRawBufferPointer(rebasing: bytes[max(0, end - before)...])) }
        remaining = (remaining ?? 0) - (head.count - end)
        return isWhole
    }

    mutating func reset() {
        head.removeAll(keepingCapacity: true)
        tail.removeAll(keepingCapacity: true)
        (remaining, isChunked, status) = (nil, false, 0)
    }

    private var isWhole: Bool {
        isChunked ? tail.elementsEqual("0\r\n\r\n".utf8) : (remaining ?? 1) <= 0
    }

    private mutating func keepTail(_ bytes: UnsafeRawBufferPointer) {
        tail.append(contentsOf: bytes.suffix(5))
        if tail.count > 5 { tail.removeFirst(tail.count - 5) }
    }

    private func endOfHead(from start: Int) -> Int? {
        var index = start
        while index + 3 < head.count {
            if head[index] == 13, head[index + 1] == 10, head[index + 2] == 13, head[index + 3] == 10 {
                return index + 4
            }
            index += 1
        }
        return nil
    }

    private mutating func readHead(to end: Int) {
        status = number(at: 9, to: min(12, end))
        var index = 0
        while index < end {
            if head[index] == 10 {
                if lineBegins("content-length: ", at: index + 1) { remaining = number(at: index + 17, to: end) }
                if lineBegins("transfer-encoding: chunked", at: index + 1) { isChunked = true }
            }
            index += 1
        }
    }

    private func lineBegins(_ name: StaticString, at start: Int) -> Bool {
        guard start + name.utf8CodeUnitCount <= head.count else { return false }
        for offset in 0..<name.utf8CodeUnitCount {
            let byte = head[start + offset]
            let lower = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
            if lower != name.utf8Start[offset] { return false }
        }
        return true
    }

    private func number(at start: Int, to end: Int) -> Int {
        var value = 0
        var index = start
        while index < end, head[index] >= 48, head[index] <= 57 {
            value = value * 10 + Int(head[index] - 48)
            index += 1
        }
        return value
    }
}
