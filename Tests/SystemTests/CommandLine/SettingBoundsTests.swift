@testable import CLI
import Core
import Foundation
import TestSupport
import Testing
import Web

/// Each setting by itself: what it may be, and what is said of it otherwise.
struct SettingBoundsTests: ReadsSettings {
    @Test(arguments: [
        ("PORT", 1, 65_535), ("DATABASE_CONNECTIONS", 2, 200), ("STORAGE_QUOTA_MB", 1, 1_000_000_000),
        ("LEASE_SECONDS", 1, 600), ("WORKER_CONCURRENCY", 1, 1000), ("SHUTDOWN_GRACE_SECONDS", 0, 300),
        ("BILLING_GRACE_DAYS", 0, 90),
    ])
    func `a number is within its bounds, and a problem names both`(name: String, least: Int, most: Int) {
        let name = "DARKROOM_" + name
        for value in ["\(least)", "\(most)", " \(most)\n", "", "  "] { #expect(problems([name: value]) == []) }
        for value in ["\(least - 1)", "\(most + 1)", "-1", "x", "1.5", "1e1", "٣", "99999999999999999999"] {
            let found = problems([name: value])
            #expect(found.count == 1, "\(value)")
            for part in [name, value, "\(least)", "\(most)"] { #expect(found.first?.contains(part) == true) }
        }
    }

    @Test func `numbers mean what their names say`() throws {
        let settings = try read([
            "DARKROOM_STORAGE_QUOTA_MB": "3", "DARKROOM_LEASE_SECONDS": "7", "DARKROOM_SHUTDOWN_GRACE_SECONDS": "9",
            "DARKROOM_BILLING_GRACE_DAYS": "2", "DARKROOM_DATABASE_CONNECTIONS": "5",
            "DARKROOM_WORKER_CONCURRENCY": "6",
        ])
        let usual = try read([:])

        #expect(settings.quota == 3_000_000 && settings.lease == .seconds(7) && settings.shutdownGrace == .seconds(9))
        #expect(settings.billing.grace == .seconds(172_800) && settings.connections == 5 && settings.concurrency == 6)
        #expect(usual.quota == 5_000_000_000 && usual.lease == .seconds(30) && usual.shutdownGrace == .zero)
        #expect(usual.billing.grace == .seconds(604_800) && usual.connections == 8 && usual.concurrency == 64)
    }

    @Test func `a flag is yes or no, in any of the usual ways`() throws {
        for value in ["1", "true", "YES", "On", " on "] {
            #expect(try read(["DARKROOM_ALLOW_PRIVATE": value]).allowPrivate)
        }
        for value in ["0", "false", "No", "OFF"] { #expect(try !read(["DARKROOM_ALLOW_PRIVATE": value]).allowPrivate) }
        for value in ["2", "y", "enabled", "truefalse"] {
            let found = problems(["DARKROOM_ALLOW_PRIVATE": value])
            #expect(found.count == 1 && found[0].contains("DARKROOM_ALLOW_PRIVATE") && found[0].contains(value))
        }
    }

    @Test func `a choice is one of those that the problem lists`() throws {
        for mode in SignUp.Mode.allCases { #expect(try read(["DARKROOM_SIGN_UP": mode.rawValue]).signUp == mode) }
        for value in ["none", "OPEN", "inv ite"] {
            let found = problems(["DARKROOM_SIGN_UP": value])
            #expect(found.count == 1 && SignUp.Mode.allCases.allSatisfy { found[0].contains($0.rawValue) })
        }
        for trial in TrialCredits.allCases {
            #expect(try read(["DARKROOM_BILLING_TRIAL": trial.rawValue]).billing.trial == trial)
        }
        #expect(try read([:]).billing.trial == .share && problems(["DARKROOM_BILLING_TRIAL": "all"]).count == 1)
        #expect(problems(["DARKROOM_LOG_LEVEL": "loud", "DARKROOM_LOG_FORMAT": "xml"]).count == 2)
        #expect(problems(["DARKROOM_LOG_LEVEL": "trace", "DARKROOM_LOG_FORMAT": "json"]) == [])
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example"), ("http://a.example:8080/", "http://a.example:8080"),
        ("https://a.example/darkroom/", "https://a.example/darkroom"), ("http://[::1]:80", "http://[::1]:80"),
    ])
    func `an address is one of the web, without a slash at its end`(text: String, url: String) throws {
        #expect(try read(["DARKROOM_PUBLIC_URL": text]).publicURL == url)
    }

    @Test(arguments: [
        "a.example", "ftp://a.example", "https://", "https://user@a.example", "https://a.example?x",
        "https://a.example#x",
        "https://a example", "https://a.example:0", "//a.example", "javascript:alert(1)",
    ])
    func `what cannot be linked to is no public address`(text: String) {
        let found = problems(["DARKROOM_PUBLIC_URL": text])
        #expect(found.count == 1 && found[0].contains("DARKROOM_PUBLIC_URL") && found[0].contains("https://"))
    }

    @Test func `a public address has a bound, as it is in every access token`() throws {
        let longest = "https://a.example/" + String(repeating: "b", count: 237)
        #expect(try read(["DARKROOM_PUBLIC_URL": longest]).publicURL == longest)
        let found = problems(["DARKROOM_PUBLIC_URL": longest + "b"])
        #expect(found.count == 1 && found[0].contains("255") && found[0].contains("DARKROOM_PUBLIC_URL"))
    }

    @Test(arguments: [
        ("127.0.0.1", "8080", "http://127.0.0.1:8080"), ("0.0.0.0", "80", "http://127.0.0.1:80"),
        ("::", "81", "http://127.0.0.1:81"),
        ("::1", "82", "http://[::1]:82"), ("pictures.lan", "83", "http://pictures.lan:83"),
    ])
    func `without a public address it is where the server listens`(host: String, port: String, url: String) throws {
        let settings = try read(["DARKROOM_HOST": host, "DARKROOM_PORT": port])
        #expect(settings.publicURL == url && settings.localURL == url)
    }

    @Test func `a certificate and its key belong together, and can be read`() throws {
        let folder = try TemporaryFolder()
        for name in ["cert", "key"] { try Data("x".utf8).write(to: URL(filePath: "\(folder.path)/\(name)")) }
        let (cert, key) = ("\(folder.path)/cert", "\(folder.path)/key")

        let settings = try read([
            "DARKROOM_TLS_CERT": cert, "DARKROOM_TLS_KEY": key, "DARKROOM_PUBLIC_URL": "https://a.example",
        ])
        #expect(settings.tls?.certificate == cert && settings.tls?.key == key)
        #expect(settings.localURL == "https://a.example", "the certificate is for that name")
        #expect(try read(["DARKROOM_TLS_CERT": cert, "DARKROOM_TLS_KEY": key]).publicURL == "https://127.0.0.1:8080")
        #expect(problems(["DARKROOM_TLS_CERT": cert]).count == 1 && problems(["DARKROOM_TLS_KEY": key]).count == 1)
        let missing = problems(["DARKROOM_TLS_CERT": cert + "x", "DARKROOM_TLS_KEY": key + "x"])
        #expect(missing.count == 2 && missing[0].contains(cert + "x") && missing[1].contains(key + "x"))
    }

    @Test(arguments: [
        ("https://app.example.com", ["https://app.example.com"]),
        ("https://app.example.com/", ["https://app.example.com"]),
        ("HTTPS://App.Example.com:8443", ["https://app.example.com:8443"]),
        ("https://app.example.com:443, http://a.example:80", ["https://app.example.com", "http://a.example"]),
        ("capacitor://localhost,app://.", ["capacitor://localhost", "app://."]),
        (" http://localhost:5173 ,http://[2001:db8::1]:80,", ["http://localhost:5173", "http://[2001:db8::1]"]),
        ("https://a.example,https://a.example/", ["https://a.example"]),
    ] as [(String, Set<String>)])
    func `apps' origins are written as their browsers send them`(text: String, origins: Set<String>) throws {
        let found = try read(["DARKROOM_CORS_ORIGIN": text, "FAL_KEY": "a:b"]).appOrigins
        #expect(found == AppOrigins(listed: origins))
    }

    @Test func `any origin is a star, and no setting is none`() throws {
        #expect(try read(["DARKROOM_CORS_ORIGIN": " * ", "FAL_KEY": "a:b"]).appOrigins == AppOrigins(isAny: true))
        #expect(try read(["FAL_KEY": "a:b"]).appOrigins == .none)
    }

    @Test func `apps on the visitor's machine need no setting while nothing but the sandbox works`() throws {
        #expect(try read([:]).appOrigins == AppOrigins(includesLoopback: true))
        #expect(try read(["DARKROOM_SANDBOX_URL": "http://sandbox.example"]).appOrigins.includesLoopback)
        #expect(try read(["DARKROOM_CORS_ORIGIN": "https://a.example"]).appOrigins
            == AppOrigins(listed: ["https://a.example"], includesLoopback: true))
        #expect(try !read(["DARKROOM_SANDBOX": "off"]).appOrigins.includesLoopback, "no provider is none to trust")
    }

    @Test(arguments: [
        ("app.example.com", "scheme"), ("localhost:3000", "scheme"), ("null", "scheme"), ("://a", "scheme"),
        ("1://a", "scheme"), ("https://", "host"), ("https://user@a.example", "host"),
        ("https://bücher.example", "host"),
        ("https://a.example https://b.example", "more than"), ("https://a b.example", "host"),
        ("https://a.example/app", "more than"), ("https://a.example?x", "more than"),
        ("https://a.example//", "more than"),
        ("https://*.example.com", "*"), ("http://localhost:*", "*"), ("**", "scheme"),
        ("https://a.example:0", "port"), ("https://a.example:65536", "port"), ("https://a.example:", "port"),
        ("https://[::1", "host"),
    ])
    func `what no browser would send is no origin, and its fault is named`(text: String, fault: String) {
        let found = problems(["DARKROOM_CORS_ORIGIN": text])
        #expect(found.count == 1 && found[0].contains("DARKROOM_CORS_ORIGIN") && found[0].contains("'\(text)'"))
        #expect(found.first?.components(separatedBy: "'\(text)'").last?.contains(fault) == true, "\(found)")
    }

    @Test func `each wrong origin of a list is named, and a star stands alone`() {
        #expect(problems(["DARKROOM_CORS_ORIGIN": "https://a.example,b.example,https://c.example/x"]).count == 2)
        let found = problems(["DARKROOM_CORS_ORIGIN": "https://a.example, *"])
        #expect(found.count == 1 && found[0].contains("cannot stand beside others"))
    }

    @Test func `proxies are addresses and networks, and nobody is one unless they are set`() throws {
        let wanted = try TrustedProxies("10.0.0.1,10.1.0.0/16,fd00::/8")
        let proxies = try read(["DARKROOM_TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16, fd00::/8"]).trustedProxies

        #expect(proxies == wanted)
        #expect(try read([:]).trustedProxies.isEmpty)
        let found = problems(["DARKROOM_TRUSTED_PROXIES": "10.0.0.1, proxy.lan"])
        #expect(found == ["""
            DARKROOM_TRUSTED_PROXIES must list IP addresses and networks, such as 10.0.0.1, 10.1.0.0/16: 'proxy.lan' \
            is not an IP address or a network such as 10.0.0.0/8.
            """])
    }

    @Test func `the first administrator has an address and a password of some length`() throws {
        let admin = try read(["DARKROOM_ADMIN_EMAIL": "a@b.example", "DARKROOM_ADMIN_PASSWORD": "correct horse"]).admin
        #expect(admin.email == "a@b.example" && admin.password == "correct horse")
        #expect(try read([:]).admin.email == nil)
        for length in [8, 72] {
            #expect(problems(["DARKROOM_ADMIN_PASSWORD": String(repeating: "é", count: length)]) == [])
        }
        for length in [1, 7, 73, 1000] {
            let password = String(repeating: "q", count: length)
            let found = problems(["DARKROOM_ADMIN_PASSWORD": password])
            #expect(found.count == 1 && found[0].contains("8") && found[0].contains("72") && !found[0].contains("q"))
        }
        for email in ["me", "a@", "@b", "a b@c.example", "ä@b.example"] {
            #expect(problems(["DARKROOM_ADMIN_EMAIL": email]).count == 1, "\(email)")
        }
    }

    @Test func `Stripe's secrets are several, and go with a secret key alone`() throws {
        let environment = [
            "STRIPE_SECRET_KEY": "sk_live_x", "DARKROOM_STRIPE_WEBHOOK_SECRETS": " whsec_a, whsec_b\twhsec_c,",
        ]
        guard case .stripe(let stripe) = try read(environment).payments else {
            Issue.record("payments are off")
            return
        }

        #expect(stripe.webhookSecrets == ["whsec_a", "whsec_b", "whsec_c"] && stripe.isLive)
        #expect(problems(["STRIPE_SECRET_KEY": "pk_live_secret"]).count == 1)
        #expect(problems(["STRIPE_WEBHOOK_SECRET": "whsec_secret"]).count == 1)
        let told = problems(["STRIPE_SECRET_KEY": "pk_secret", "DARKROOM_STRIPE_URL": "x"]).joined()
        #expect(!told.contains("pk_secret"), "a key is not repeated")
    }

    @Test func `all problems come in one message, a line each`() {
        let error = #expect(throws: SettingsProblems.self) {
            try read(["DARKROOM_PORT": "0", "DARKROOM_LEASE_SECONDS": "0", "DARKROOM_SIGN_UP": "x"])
        }
        let lines = error?.description.split(separator: "\n") ?? []

        #expect(lines.count == 4 && lines.dropFirst().allSatisfy { $0.contains("DARKROOM_") })
        #expect(Failure(explaining: SettingsProblems(problems: ["a"])).code == .usage)
    }

    @Test(arguments: [
        ("DARKROOM_PORT", "DARKROOM_PORT"), ("DARKROOM_POTR", "DARKROOM_PORT"), ("DARKROOM_PORTXY", "DARKROOM_PORT"),
        ("DARKROOM_PORTXYZ", nil), ("DARKROOM_HSOT", "DARKROOM_HOST"), ("DARKROOM_", nil), ("DARKROOM_P", nil),
        ("DARKROOM_DÄTA", "DARKROOM_DATA"),
    ] as [(String, String?)])
    func `a name is like another if two letters make the difference`(name: String, likely: String?) {
        let known: Set<String> = ["DARKROOM_PORT", "DARKROOM_HOST", "DARKROOM_DATA", "DARKROOM_SIGN_UP"]
        let unknown = UnknownSetting(name, known: known)

        #expect(unknown.likely == likely)
        #expect(unknown.sentence.contains(name) && unknown.sentence.contains(likely ?? name))
    }

    @Test func `of two names as near the first by the alphabet is suggested, and of none none`() {
        #expect(UnknownSetting("AC", known: ["AB", "AA"]).likely == "AA")
        #expect(UnknownSetting("AC", known: []).likely == nil)
    }

    @Test(arguments: [
        ("sqlite:/a/b.sqlite", "/a/b.sqlite", false), ("sqlite:b", "b", false), ("sqlite:é c", "é c", false),
        ("postgresql://u:secret@h:5433/d", "postgresql://u@h:5433/d", true),
        ("postgres://h/d", "postgresql://h/d", true),
    ])
    func `a database is a file or a server, shown without its password`(text: String, shown: String, isShared: Bool) {
        let address = DatabaseAddress(text)
        #expect(address?.shown == shown && address?.isShared == isShared)
    }
}
