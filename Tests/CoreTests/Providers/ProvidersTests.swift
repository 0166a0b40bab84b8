@testable import Core
import Testing
import TestSupport

/// The list that alone says which provider does the work under a name of the catalog.
struct ProvidersTests {
    private let fal = Providers.Entry(FakeProvider(name: .fal), serves: .fal, title: "fal.ai", userID: "us")
    private let sandbox = Providers.Entry(
        FakeProvider(name: .sandbox), serves: .fal, title: "sandbox, not AI", isSimulated: true,
        trusted: Origin("http://127.0.0.1:8081"))

    @Test func `work goes to the first that serves a name, and attempts are found by their own`() {
        let both = Providers([sandbox, fal])

        #expect(both.serving(.fal)?.name == .sandbox)
        #expect(both.named(.fal)?.name == .fal)
        #expect(both.named(.sandbox)?.name == .sandbox)
        #expect(both.serving(.sandbox) == nil)
        #expect(both.entry(named: .fal)?.userID == "us")
    }

    @Test func `without a provider nothing is served, simulated or trusted`() {
        let none = Providers([])

        #expect(none.serving(.fal) == nil && none.named(.fal) == nil)
        #expect(!none.isAnySimulated)
        #expect(none.trustedOrigins.isEmpty)
    }

    @Test func `pages must say so as soon as one of them simulates`() {
        #expect(!Providers([fal]).isAnySimulated)
        #expect(Providers([fal, sandbox]).isAnySimulated)
    }

    @Test func `only the sandbox's own address is fetched from, although it is private`() {
        #expect(Providers([fal]).trustedOrigins.isEmpty)
        #expect(Providers([fal, sandbox]).trustedOrigins == [Origin("http://127.0.0.1:8081")])
    }

    @Test func `an entry without a title is called by its provider's name`() {
        #expect(Providers.Entry(FakeProvider(name: .sandbox), serves: .fal).title == "sandbox")
    }
}
