import Core
import Testing
@testable import Web

struct ByteRangeTests {
    @Test(arguments: [
        (nil, ByteRange.whole), ("bytes=0-1", .part(0..<2)), ("bytes=0-4", .part(0..<5)),
        ("Bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<100)),
        ("bytes=99-", .part(99..<100)), ("bytes=-1", .part(99..<100)), ("bytes=-500", .part(0..<100)),
        ("bytes=10-500", .part(10..<100)), ("bytes=100-", .unsatisfiable), ("bytes=100-200", .unsatisfiable),
        ("bytes=-0", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable),
        ("bytes=0-99999999999999999999", .part(0..<100)), ("bytes=5-4", .whole), ("bytes=0-1,3-4", .whole),
        ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=+1-2", .whole), ("lines=1-2", .whole), ("", .whole),
    ] as [(String?, ByteRange)])
    func `a range is what it says, or the whole file`(header: String?, range: ByteRange) {
        #expect(ByteRange(header, size: 100) == range)
    }

    @Test func `dates are written as HTTP has them, and read back`() {
        let instant = Instant(seconds: 784_111_777)

        #expect(HTTPDate.text(instant) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == instant.seconds)
        #expect(HTTPDate.seconds("yesterday") == nil)
    }
}
