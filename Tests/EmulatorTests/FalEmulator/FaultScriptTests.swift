import Core
import HTTPTypes
import Testing
@testable import FalEmulator

struct FaultScriptTests {
    @Test func `faults are found in a prompt, with their numbers, among other words`() {
        let script = FaultScript(
            prompt: "a red dress, sandbox:slow=5, (sandbox:webhook-lost) sandbox:nonsense sandbox:")
        #expect(script.description == "slow=5,webhook-lost")
        #expect(script.count(of: .slow) == 5)
        #expect(script.has(.webhookLost) && !script.has(.never))
    }

    @Test func `a list reads back the same, and is refused if a name is not a fault`() {
        #expect(FaultScript(list: "429=2, 500-then-ok")?.description == "429=2,500-then-ok")
        #expect(FaultScript(list: "")?.isEmpty == true)
        #expect(FaultScript(list: "slow=5,oops") == nil)
        #expect(FaultScript(list: "slow=-1") == nil)
        #expect(FaultScript(list: "slow=x") == nil)
    }

    @Test(arguments: [
        ("sandbox:slow=5sandbox:never", "never,slow=5"), ("SANDBOX:never", ""), ("sandbox:Never", ""),
        ("sandbox: never", ""), ("sandbox:slow=", "slow"), ("sandbox:slow=86400", "slow=86400"),
        ("sandbox:slow=86401", ""), ("sandbox:slow==5", ""), ("sandbox:slow=5.5", "slow=5"), ("sandbox:nevers", ""),
        ("sandbox:429=2.", "429=2"), ("sandbox:slow=1 sandbox:slow=2", "slow=2"),
        ("\u{202E}sandbox:never", "never"), ("sandbox:never, then", "never"), ("a\nsandbox:never\nb", "never"),
    ])
    func `a fault in a prompt is a whole word after the mark, with a number in its bounds`(
        prompt: String, description: String
    ) {
        #expect(FaultScript(prompt: prompt).description == description)
    }

    @Test func `of two scripts the later counts, and a number that is not given has its own meaning`() {
        var script = FaultScript(prompt: "sandbox:slow=5 sandbox:429")
        script.merge(FaultScript(prompt: "sandbox:slow sandbox:flagged=2"))

        #expect(script.description == "429,flagged=2,slow")
        #expect(script.count(of: .slow) == 10 && script.count(of: .flagged) == 2)
        #expect(script.has(.tooMany) && script.count(of: .tooMany) == nil)
        #expect(script.count(of: .serverErrorThenOK) == nil)
    }

    @Test func `every fault can be named`() {
        for fault in Fault.allCases { #expect(FaultScript(prompt: "x sandbox:\(fault.rawValue) y").has(fault)) }
    }

    @Test(arguments: [
        "/fal-ai/flux/requests/../../x", "/fal-ai", "/a b/c", "/run", "/run/fal-ai",
        "/fal-ai/flux/requests/no-id/status",
    ])
    func `a path that names nothing has no route`(path: String) {
        #expect(Route(.get, path) == nil)
        if !path.contains("requests") { #expect(Route(.post, path) == nil) }
    }

    @Test func `the prefix distinguishes the synchronous call from a submission`() throws {
        let app = try #require(FalAppID("fal-ai/flux/schnell"))
        #expect(Route(.post, "/fal-ai/flux/schnell") == .submit(app))
        #expect(Route(.post, "/run/fal-ai/flux/schnell/") == .run(app))
    }
}
