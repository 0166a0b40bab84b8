import Testing
@Test func `SQL starts`() { #expect(Bool(true)) }
