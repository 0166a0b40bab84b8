@testable import Core
import Foundation
import Testing

/// What zlib deflated, by each of its ways.
struct InflateTests {
    private static let long = String(repeating: "a red dress, (park:1.2), ", count: 60)
    private static let numbers = """
        243 606 557 133 378 937 618 485 640 594 67 620 13 930 857 480 265 564 239 196 734 481 553 856 562 487 406 \
        654 881 154 237 650 155 888 948 535 399 759 15 687 795 65 163 776 980 605 43 308 798 31 843 886 275 484 \
        609 736 942 899 396 731
        """

    private static let samples: [(String, String)] = [
        ("eAEBCwD0/3N0b3JlZCB0ZXh0GxkEdw==", "stored text"),
        ("eAFLy6xITVFIQyKT81NSiwFnkwif", "fixed fixed fixed codes"),
        ("eNpLVChKTVFIKUotLtZR0ChILMq2MtQz0tRRSByVGJUYlRiVGJUYqhIAIE+6VA==", long),
        ("""
            eNodjtkVRDEIQluhBA3i0n9jj5mvHIFceEV0NKRBkuAsjoPORa3QFdAV2tILR+wG1unawGtBXXg85DWGZT1NozOm9vPtrBtahbWX+uWN\
            k3GSNTfWQhR4h5FZLva3Ob9CNjHTODd2CJ7MWLsLJtbnbuONnfXSMINO18Oax/+u/ADMXCtu
            """, numbers),
    ]

    @Test(arguments: samples)
    func `a text comes back as it was`(base64: String, text: String) throws {
        let bytes = try #require(Data(base64Encoded: base64))
        let inflated = try #require(Inflate.zlib(Array(bytes)[...], limit: 10_000))
        #expect(String(decoding: inflated, as: UTF8.self) == text)
    }

    @Test(arguments: samples)
    func `a text that is longer than its bound is none, and one that is cut off is none`(
        base64: String, text: String
    ) throws {
        let bytes = Array(try #require(Data(base64Encoded: base64)))
        #expect(Inflate.zlib(bytes[...], limit: text.utf8.count)?.count == text.utf8.count)
        #expect(Inflate.zlib(bytes[...], limit: text.utf8.count - 1) == nil)
        // The last four bytes are a checksum, which nothing here needs.
        for count in 0..<bytes.count - 5 {
            let inflated = Inflate.zlib(bytes[..<count], limit: 10_000)
            #expect(inflated == nil, "\(count) of \(bytes.count)")
        }
    }

    @Test func `no change of a deflated text does more than damage it`() throws {
        for (base64, _) in Self.samples {
            let bytes = Array(try #require(Data(base64Encoded: base64)))
            for place in bytes.indices {
                for bit in 0..<8 {
                    var changed = bytes
                    changed[place] ^= 1 << bit
                    #expect((Inflate.zlib(changed[...], limit: 5_000)?.count ?? 0) <= 5_000)
                }
            }
        }
    }
}
