import Core
import Testing

/// The vector was computed by hand and by Stripe's own library.
struct StripeSignatureTests {
    let secret = "whsec_test_secret"
    let now = Instant(seconds: 1_700_000_000)
    let body = Array(#"{"id":"evt_test_1","object":"event","type":"invoice.paid"}"#.utf8)
    let header = "t=1700000000,v1=3e3e661992c26c45d9105cbea450acc1a34f8c6dbafbd891f858c6fd9054fe3e"

    @Test func `the vector's signature is made and holds`() throws {
        #expect(StripeSignature(of: body, secrets: [secret], at: now).text == header)
        try StripeSignature(header: header).verify(body: body, secrets: [secret], now: now)
    }

    @Test func `any secret in force will do, and any signature among several`() throws {
        let both = StripeSignature(of: body, secrets: ["whsec_new", secret], at: now)

        try both.verify(body: body, secrets: [secret], now: now)
        try both.verify(body: body, secrets: ["whsec_other", "whsec_new"], now: now)
        #expect(throws: StripeSignature.Refusal.forged) {
            try both.verify(body: body, secrets: ["whsec_other"], now: now)
        }
        #expect(throws: StripeSignature.Refusal.forged) { try both.verify(body: body, secrets: [], now: now) }
    }

    @Test func `another body, another time, or a changed digit is a forgery`() throws {
        let signature = try StripeSignature(header: header)
        #expect(throws: StripeSignature.Refusal.forged) {
            try signature.verify(body: body + [32], secrets: [secret], now: now)
        }
        for changed in [
            header.replacing("1700000000", with: "1700000001"), header.replacing("3e3e", with: "3e3f"), header + "00",
            String(header.dropLast(2)),
        ] {
            let signature = try StripeSignature(header: changed)
            #expect(throws: StripeSignature.Refusal.forged) {
                try signature.verify(body: body, secrets: [secret], now: now)
            }
        }
    }

    @Test func `a signature is stale after five minutes, to either side`() throws {
        let signature = try StripeSignature(header: header)
        for edge in [now + .seconds(300), now - .seconds(300)] {
            try signature.verify(body: body, secrets: [secret], now: edge)
        }
        for beyond in [now + .milliseconds(300_001), now - .milliseconds(300_001)] {
            #expect(throws: StripeSignature.Refusal.stale) {
                try signature.verify(body: body, secrets: [secret], now: beyond)
            }
        }
    }

    @Test(arguments: [
        "v1=00", "t=1700000000", "t=1700000000,v0=00", "t=,v1=00", "nonsense", ",,=",
        String(repeating: "v1=0,", count: 1000)])
    func `a header without a time or a known signature is malformed`(header: String) {
        #expect(throws: StripeSignature.Refusal.malformed) { try StripeSignature(header: header) }
    }

    @Test(arguments: ["t=soon,v1=00", "t=-5,v1=00", "t=99999999999999,v1=00"])
    func `a time that is no number of seconds is malformed`(header: String) throws {
        let signature = try StripeSignature(header: header)
        #expect(throws: StripeSignature.Refusal.malformed) {
            try signature.verify(body: body, secrets: [secret], now: now)
        }
    }

    @Test(arguments: [nil, ""])
    func `no header is missing`(header: String?) {
        #expect(throws: StripeSignature.Refusal.missing) { try StripeSignature(header: header) }
    }

    @Test(arguments: [
        "t=1700000000, v1=00", "T=1700000000,v1=00", "t=1700000000,V1=00", "t=1700000000;v1=00", "t=1700000000,v1",
        "t=1700000000,v1=", "t,v1=00", "v1=00,t",
    ])
    func `a header in another spelling than Stripe's is malformed`(header: String) {
        #expect(throws: StripeSignature.Refusal.malformed) { try StripeSignature(header: header) }
    }

    @Test func `a header of four kilobytes is read, and a longer one is not`() throws {
        let longest = header + "," + String(repeating: "x", count: 4096 - header.utf8.count - 1)

        try StripeSignature(header: longest).verify(body: body, secrets: [secret], now: now)
        #expect(throws: StripeSignature.Refusal.malformed) { try StripeSignature(header: longest + "x") }
    }

    @Test(arguments: ["XX", "3e3", "é", "0x3e"])
    func `signatures that are no bytes are passed over, and a good one beside them holds`(stray: String) throws {
        let code = header.split(separator: "v1=").last.map { String($0) } ?? ""

        try StripeSignature(header: "t=1700000000,v1=\(stray),v1=\(code),v1=\(stray)")
            .verify(body: body, secrets: [secret], now: now)
        #expect(throws: StripeSignature.Refusal.forged) {
            try StripeSignature(header: "t=1700000000,v1=\(stray)").verify(body: body, secrets: [secret], now: now)
        }
    }

    @Test func `a signature is in lower case, as Stripe writes it`() throws {
        let upper = header.replacing("v1=3e3e", with: "v1=3E3E")
        #expect(throws: StripeSignature.Refusal.forged) {
            try StripeSignature(header: upper).verify(body: body, secrets: [secret], now: now)
        }
    }

    @Test(arguments: ["+1700000000", "01700000000"])
    func `the time is signed in its spelling`(spelling: String) throws {
        let respelled = header.replacing("t=1700000000", with: "t=\(spelling)")
        #expect(throws: StripeSignature.Refusal.forged) {
            try StripeSignature(header: respelled).verify(body: body, secrets: [secret], now: now)
        }
    }

    @Test func `of two times the last counts, and a forged one does not renew an old signature`() throws {
        let old = now - .seconds(1000)
        let signed = StripeSignature(of: body, secrets: [secret], at: old)

        #expect(throws: StripeSignature.Refusal.stale) {
            try StripeSignature(header: signed.text).verify(body: body, secrets: [secret], now: now)
        }
        #expect(throws: StripeSignature.Refusal.forged) {
            try StripeSignature(header: signed.text + ",t=\(now.seconds)")
                .verify(body: body, secrets: [secret], now: now)
        }
    }

    @Test func `a forged signature is not said to be old`() throws {
        #expect(throws: StripeSignature.Refusal.forged) {
            try StripeSignature(header: "t=1,v1=00").verify(body: body, secrets: [secret], now: now)
        }
    }

    @Test(arguments: [[], [0], [0xFF, 0xFE, 0x00], Array("é\r\n".utf8)] as [[UInt8]])
    func `any bytes can be signed, and only they`(body: [UInt8]) throws {
        let header = StripeSignature(of: body, secrets: [secret], at: now).text

        try StripeSignature(header: header).verify(body: body, secrets: [secret], now: now)
        #expect(throws: StripeSignature.Refusal.forged) {
            try StripeSignature(header: header).verify(body: body + [0], secrets: [secret], now: now)
        }
    }

    @Test func `unknown schemes and stray items beside a good signature do no harm`() throws {
        try StripeSignature(
            header: header + ",v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39,v2=x,t2")
            .verify(body: body, secrets: [secret], now: now)
    }
}
