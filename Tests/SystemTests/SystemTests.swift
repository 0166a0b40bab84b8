import Testing
@Test func `System starts`() { #expect(Bool(true)) }
