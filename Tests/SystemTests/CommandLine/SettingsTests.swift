@testable import CLI
import Core
import Testing

struct SettingsTests: ReadsSettings {
    @Test func `nothing is needed`() throws {
        let settings = try read([:])

        #expect(settings.data == "./data")
        #expect(settings.publicURL == "http://127.0.0.1:8080")
        #expect(settings.providers.count == 1)
        #expect(settings.sandbox?.url == "http://127.0.0.1:8081")
        #expect(settings.warnings.isEmpty)
    }

    @Test func `every problem is reported, not the first alone`() {
        let problems = self.problems([
            "DARKROOM_PORT": "70000", "DARKROOM_PUBLIC_URL": "nowhere", "DARKROOM_SIGN_UP": "perhaps",
            "DARKROOM_TLS_CERT": "a.pem",
            "DARKROOM_ALLOW_PRIVATE": "maybe", "DARKROOM_LOG_LEVEL": "loud", "DARKROOM_ADMIN_EMAIL": "me",
            "DARKROOM_ADMIN_PASSWORD": "short", "DARKROOM_DATABASE_URL": "mysql://x",
            "DARKROOM_WORKER_CONCURRENCY": "0",
        ])

        #expect(problems.count == 10)
        for name in [
            "PORT", "PUBLIC_URL", "SIGN_UP", "TLS_CERT", "ALLOW_PRIVATE", "LOG_LEVEL", "ADMIN_EMAIL", "ADMIN_PASSWORD",
        ] {
            #expect(problems.contains { $0.contains("DARKROOM_\(name)") }, "\(name)")
        }
    }

    @Test(arguments: [("50", 50_000_000), ("12.5", 12_500_000), ("0.000001", 1)] as [(String, Int64)])
    func `what providers may cost in a day is an amount of dollars`(text: String, micro: Int64) throws {
        #expect(try read(["DARKROOM_PROVIDER_COST_PER_DAY": text]).providerCostPerDay?.rawValue == micro)
    }

    @Test(arguments: ["0", "-5", "$5", "5 dollars", "1e3", "1.2.3", "0.0000001", "."])
    func `what is no amount of dollars is refused`(text: String) {
        #expect(problems(["DARKROOM_PROVIDER_COST_PER_DAY": text]).count == 1)
    }

    @Test(arguments: [
        (["port": "70000"], [:], "--port must be a number"), ([:], ["DARKROOM_PORT": "x"], "DARKROOM_PORT must be"),
        (["port": " "], ["DARKROOM_PORT": "x"], "DARKROOM_PORT must be"),
        (["public.url": "nowhere"], ["SITE_URL": "http://a.example"], "--public-url must be a URL"),
        ([:], ["SITE_URL": "nowhere"], "SITE_URL must be a URL"),
        (["log.level": "loud"], ["DARKROOM_LOG_LEVEL": "info"], "--log-level must be one of"),
        (["stripe.sandbox.port": "8080"], [:], "--stripe-sandbox-port must differ"),
        ([:], ["DARKROOM_UNANSWERED_SECONDS": "x"], "DARKROOM_UNANSWERED_SECONDS must be"),
        ([:], ["FAL_AI_API_KEY": "x"], "FAL_AI_API_KEY must be"),
    ] as [([String: String], [String: String], String)])
    func `a problem names what was typed`(flags: [String: String], environment: [String: String], message: String) {
        let error = #expect(throws: SettingsProblems.self) {
            try Settings.read(SettingsReader(values: environment, flags: flags))
        }

        #expect(error?.problems.count == 1 && error?.problems.first?.hasPrefix(message) == true, "\(error as Any)")
    }

    @Test func `a password is not repeated in what is said of it`() {
        #expect(!problems(["DARKROOM_ADMIN_PASSWORD": "hunter2"]).joined().contains("hunter2"))
    }

    @Test(arguments: ["DARKROOM_FAL_KEY", "FAL_KEY", "FAL_AI_API_KEY"])
    func `fal's key has the names that people know`(name: String) throws {
        let settings = try read([name: "id:secret"])
        let fal = try #require(settings.providers.first as? FalSetting)

        #expect(fal.key == "id:secret")
        #expect(fal.queueURL == "https://queue.fal.run")
        #expect(fal.webhookTimeout == .seconds(120))
        #expect(settings.providers.count == 1)
        #expect(settings.warnings.isEmpty)
    }

    @Test func `without a provider there is none, and jobs wait`() throws {
        #expect(try read(["DARKROOM_SANDBOX": "off"]).providers.isEmpty)
        #expect(try read(["DARKROOM_SANDBOX_URL": "http://127.0.0.1:9"]).sandbox?.place == .at("http://127.0.0.1:9"))
    }

    @Test func `the Stripe emulator takes the money while no provider is paid, and nowhere else by itself`() throws {
        #expect(try payments([:]) == "emulator 8082")
        #expect(try payments(["DARKROOM_PORT": "9000"]) == "emulator 9002")
        #expect(try payments(["DARKROOM_STRIPE_SANDBOX_PORT": "7000"]) == "emulator 7000")
        #expect(try payments(["DARKROOM_STRIPE_SANDBOX": "off"]) == "off")
        #expect(
            try payments(["STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"]) == "stripe sk_test_x")
        #expect(try payments(["FAL_KEY": "id:secret"]) == "off")
        #expect(try payments(["DARKROOM_SANDBOX_URL": "http://127.0.0.1:9"]) == "off")
        #expect(try payments(["DARKROOM_DATABASE_URL": "postgresql://x/y"]) == "off")
        #expect(
            try payments(["DARKROOM_DATABASE_URL": "postgresql://x/y", "DARKROOM_STRIPE_SANDBOX": "on"])
                == "emulator 8082")
    }

    @Test func `the Stripe emulator never gives credits away while a provider is paid, nor shares a port`() {
        let beside = problems(["FAL_KEY": "id:secret", "DARKROOM_STRIPE_SANDBOX": "on"])
        #expect(beside.first?.contains("without a payment") == true)
        #expect(problems(["DARKROOM_STRIPE_SANDBOX_PORT": "8080"]).first?.contains("server's port") == true)
        #expect(problems(["DARKROOM_STRIPE_SANDBOX_PORT": "8081"]).first?.contains("sandbox's port") == true)
    }

    @Test func `a key without a secret is warned of, since every webhook would be refused`() throws {
        #expect(try read(["STRIPE_SECRET_KEY": "sk_test_x"]).warnings.first?.contains("STRIPE_WEBHOOK_SECRET") == true)
        #expect(try read(["STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"]).warnings.isEmpty)
    }

    private func payments(_ environment: [String: String]) throws -> String {
        switch try read(environment).payments {
        case .off: "off"
        case .stripe(let stripe): "stripe \(stripe.key)"
        case .stripeEmulator(let port): "emulator \(port)"
        }
    }

    @Test func `our own name goes before the others`() throws {
        let fal = try read(["FAL_KEY": "id:theirs", "DARKROOM_FAL_KEY": "id:ours"])
            .providers.first as? FalSetting

        #expect(fal?.key == "id:ours")
        #expect(
            try read(["SITE_URL": "https://a.example", "DARKROOM_PUBLIC_URL": "https://b.example/"]).publicURL
                == "https://b.example")
        #expect(try read(["SITE_URL": "https://a.example"]).publicURL == "https://a.example")
    }

    @Test func `the database is a file of the data folder, unless it is said where`() throws {
        #expect(try read([:]).database == .sqlite(path: "./data/darkroom.sqlite"))
        #expect(try read(["DARKROOM_DATABASE_URL": "sqlite:/srv/a.sqlite"]).database == .sqlite(path: "/srv/a.sqlite"))
        #expect(try read(["DARKROOM_DATABASE_URL": "postgres://ada:pw@db/x"]).database.shown == "postgresql://ada@db/x")
        #expect(try read(["DARKROOM_DATA": "/srv"]).files == "/srv/files")
        #expect(try read(["DARKROOM_FILES": "/mnt/files/"]).files == "/mnt/files")
    }

    @Test(arguments: [
        "mysql://u:hunter2@db/x", "postgresql://u:hunter2#@[db/x", "sqlite:", "sqlite://hunter2",
        "postgresql://db?hunter2=1",
    ])
    func `an address of no database is refused, and not repeated, since it may hold a password`(url: String) {
        let problems = problems(["DARKROOM_DATABASE_URL": url])

        #expect(
            problems.count == 1
                && problems[0].hasPrefix("DARKROOM_DATABASE_URL must be a PostgreSQL URL"))
        #expect(!problems.joined().contains("hunter2"))
    }

    @Test func `an empty value is none`() throws {
        #expect(try read(["FAL_KEY": " ", "DARKROOM_PORT": ""]).sandbox?.builtInPort == 8081)
    }

    @Test(arguments: [
        ("DARKROOM_PROT", "DARKROOM_PORT"), ("DARKROOM_SIGNUP", "DARKROOM_SIGN_UP"),
        ("DARKROOM_SANDBOX_ULR", "DARKROOM_SANDBOX_URL"),
    ])
    func `a misspelled name is reported, with the right one`(wrong: String, right: String) throws {
        let warnings = try read([wrong: "1"]).warnings

        #expect(warnings == ["Unknown setting \(wrong) (ignored). Did you mean \(right)?"])
    }

    @Test func `a name that is like none is reported without a suggestion`() throws {
        #expect(
            try read(["DARKROOM_SOMETHING_ELSE": "1"]).warnings == [
                "Unknown setting DARKROOM_SOMETHING_ELSE (ignored).",
            ])
        #expect(try read(["DARKROOM_URL": "http://a.example", "DARKROOM_KEY": "dk_1", "OTHER": "1"]).warnings.isEmpty)
    }

    @Test func `the earlier name of the webhook timeout still works`() throws {
        #expect(try read(["DARKROOM_UNANSWERED_SECONDS": "9"]).sandbox?.webhookTimeout == .seconds(9))
        #expect(try read(["DARKROOM_WEBHOOK_TIMEOUT_SECONDS": "8"]).sandbox?.webhookTimeout == .seconds(8))
        #expect(try read(["DARKROOM_UNANSWERED_SECONDS": "9"]).warnings.isEmpty)
    }

    @Test(arguments: ["DARKROOM_PROTSE", "DARKROOM_XXXX", "DARKROOM_UNANSWERED"])
    func `a name more than two letters from any setting gets no suggestion`(name: String) throws {
        #expect(try read([name: "1"]).warnings == ["Unknown setting \(name) (ignored)."])
    }

    @Test func `the sandbox needs a port of its own`() {
        #expect(problems(["DARKROOM_PORT": "9000", "DARKROOM_SANDBOX_PORT": "9000"]).count == 1)
    }
}
