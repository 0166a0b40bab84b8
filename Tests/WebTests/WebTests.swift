import Testing
@Test func `Web starts`() { #expect(Bool(true)) }
