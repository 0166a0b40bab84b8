import Testing
@Test func `Core starts`() { #expect(Bool(true)) }
