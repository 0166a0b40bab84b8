import Configuration
import Core
import Foundation
import SystemPackage
import Web

/// Reads settings one by one and gathers what is wrong with them.
struct SettingsReader {
    private let reader: ConfigReader
    private(set) var problems: [String] = []
    /// Every name that was read, so that the others can be reported as unknown.
    private var known: Set<String> = ["DARKROOM_URL", "DARKROOM_KEY"]
    private let environmentNames: Set<String>
    /// By the settings' names, those that a flag of the command sets.
    private let flags: Set<String>
    /// By the settings' names, the flag or variable that each one that was read came from.
    private var given: [String: String] = [:]

    init(flags: [String: String]) async throws {
        let file = try await EnvironmentVariablesProvider(
            environmentFilePath: ".env", allowMissing: true,
            secretsSpecifier: .dynamic { key, _ in SettingsReader.isSecret(key) })
        let environment = EnvironmentVariablesProvider(
            secretsSpecifier: .dynamic { key, _ in SettingsReader.isSecret(key) })
        reader = ConfigReader(providers: [Self.provider(of: flags), environment, file])
        self.flags = Self.names(of: flags)
        environmentNames = Set(ProcessInfo.processInfo.environment.keys).union(Self.names(inFile: ".env"))
    }

    /// For tests: no environment, no file.
    init(values: [String: String], flags: [String: String] = [:]) {
        let environment = EnvironmentVariablesProvider(environmentVariables: values)
        reader = ConfigReader(providers: [Self.provider(of: flags), environment])
        self.flags = Self.names(of: flags)
        environmentNames = Set(values.keys)
    }

    /// A blank flag sets nothing, as a blank variable does.
    private static func provider(of flags: [String: String]) -> InMemoryProvider {
        let names = names(of: flags)
        let given = flags.filter { names.contains($0.key) }
        return InMemoryProvider(values: Dictionary(uniqueKeysWithValues: given.map { name, value in
            (
                AbsoluteConfigKey(["darkroom"] + name.split(separator: ".").map { String($0) }, context: [:]),
                ConfigValue(.string(value), isSecret: false)
            )
        }))
    }

    private static func names(of flags: [String: String]) -> Set<String> {
        Set(flags.filter { !$0.value.allSatisfy(\.isWhitespace) }.keys)
    }

    private static func names(inFile path: String) -> [String] {
        guard let contents = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: contents, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
            line.split(separator: "=", maxSplits: 1).first.map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private static func isSecret(_ key: String) -> Bool {
        ["KEY", "PASSWORD", "SECRET", "DATABASE_URL"].contains { key.contains($0) }
    }

    /// An empty value counts as not set. Names that other systems use for the same come second.
    mutating func text(_ name: String, aliases: [String] = [], isSecret: Bool = false) -> String? {
        known.insert(Self.variable(name))
        for key in ["darkroom." + name] + aliases {
            let value = reader.string(
                forKey: ConfigKey(key.split(separator: ".").map { String($0) }), isSecret: isSecret)?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard let value, !value.isEmpty else { continue }
            let isFlag = key == "darkroom." + name && flags.contains(name)
            given[name] = isFlag
                ? "--" + name.replacing(".", with: "-") : key.uppercased().replacing(".", with: "_")
            return value
        }
        return nil
    }

    /// A setting as the person gave it, which may be a flag or another name of it; else our own name.
    private func shown(_ name: String) -> String { given[name] ?? Self.variable(name) }

    /// - Parameter reason: The rest of a sentence that begins with the setting.
    mutating func refuse(_ name: String, _ reason: String) { problems.append("\(shown(name)) \(reason)") }

    /// - Parameter alias: An earlier name of the setting, which still works.
    mutating func integer(_ name: String, _ range: ClosedRange<Int>, alias: String? = nil) -> Int? {
        if let alias { known.insert(Self.variable(alias)) }
        guard let text = text(name, aliases: alias.map { ["darkroom." + $0] } ?? []) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            problems.append("""
                \(shown(name)) must be a number from \(range.lowerBound) to \(range.upperBound), but is \
                '\(text)'.
                """)
            return nil
        }
        return value
    }

    /// A wait, which may have a fraction.
    mutating func seconds(_ name: String, _ range: ClosedRange<Double>) -> Duration? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), range.contains(value) else {
            problems.append("""
                \(shown(name)) must be a number of seconds from \(range.lowerBound) to \(range.upperBound), \
                but is '\(text)'.
                """)
            return nil
        }
        return .milliseconds(Int64((value * 1000).rounded()))
    }

    /// A port of this process beside the server's own.
    mutating func port(_ name: String, otherThan server: Int) -> Int? {
        let port = integer(name, 1...65_535)
        if port == server {
            problems.append("\(shown(name)) must differ from the server's port \(server).")
        }
        return port
    }

    /// An amount of US dollars.
    mutating func dollars(_ name: String) -> MicroDollars? {
        guard let text = text(name) else { return nil }
        // What begins as a number is one for Foundation.
        let isAmount = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 } && text.utf8.count { $0 == 46 } <= 1
        guard isAmount, let amount = Decimal(string: text), amount > 0, amount <= 1_000_000_000,
            case let micro = amount * 1_000_000, case let whole = (micro as NSDecimalNumber).int64Value,
            Decimal(whole) == micro
        else {
            problems.append("""
                \(shown(name)) must be an amount of US dollars above 0, such as 50 or 12.50, but is '\(text)'.
                """)
            return nil
        }
        return MicroDollars(rawValue: whole)
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let text = text(name)?.lowercased() else { return nil }
        if ["1", "true", "yes", "on"].contains(text) { return true }
        if ["0", "false", "no", "off"].contains(text) { return false }
        problems.append("\(shown(name)) must be true or false, but is '\(text)'.")
        return nil
    }

    mutating func url(_ name: String, aliases: [String] = []) -> String? {
        guard let text = text(name, aliases: aliases) else { return nil }
        guard Origin(text) != nil, let url = URL(string: text), url.query() == nil, url.fragment() == nil else {
            problems.append("""
                \(shown(name)) must be a URL such as https://pictures.example.com, but is '\(text)'.
                """)
            return nil
        }
        guard text.utf8.count <= 255 else {
            problems.append("\(Self.variable(name)) must have at most 255 bytes, but has \(text.utf8.count).")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// `*`, or a list of origins. Apps on the visitor's own machine need no setting while no provider costs anything.
    mutating func appOrigins(beside providers: [any ProviderSetting]) -> AppOrigins {
        var origins = AppOrigins(
            includesLoopback: !providers.isEmpty && providers.allSatisfy { $0 is SandboxSetting })
        let given = (text("cors.origin") ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        if given == ["*"] {
            origins.isAny = true
            return origins
        }
        for text in given {
            do throws(AppOrigin.Problem) {
                origins.listed.insert(try AppOrigin(text).text)
            } catch {
                problems.append("""
                    \(shown("cors.origin")) must be a list of origins such as https://app.example.com, \
                    separated by commas, or * for any, but '\(text)' \(error.reason).
                    """)
            }
        }
        return origins
    }

    mutating func trustedProxies() -> TrustedProxies {
        guard let text = text("trusted.proxies") else { return .none }
        do throws(TrustedProxies.Problem) {
            return try TrustedProxies(text)
        } catch {
            problems.append("""
                \(shown("trusted.proxies")) must list IP addresses and networks, such as 10.0.0.1, \
                10.1.0.0/16: '\(error.entry)' \(error.reason).
                """)
            return .none
        }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) -> Choice? {
        guard let text = text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append("\(shown(name)) must be one of \(known), but is '\(text)'.")
            return nil
        }
        return choice
    }

    mutating func admin() -> Settings.Admin {
        let email = text("admin.email")
        if let email, EmailAddress(email) == nil {
            problems.append("\(shown("admin.email")) must be an email address, but is '\(email)'.")
        }
        let password = text("admin.password", isSecret: true)
        if let password, !(PasswordRules.shortest...PasswordRules.longest).contains(password.unicodeScalars.count) {
            problems.append("""
                \(shown("admin.password")) must have \(PasswordRules.shortest) to \(PasswordRules.longest) \
                characters.
                """)
        }
        return Settings.Admin(email: email, password: password)
    }

    mutating func tls() -> Settings.TLS? {
        switch (text("tls.cert"), text("tls.key")) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            for path in [certificate, key] where !FileManager.default.isReadableFile(atPath: path) {
                problems.append("The TLS file \(path) cannot be read.")
            }
            return Settings.TLS(certificate: certificate, key: key)
        default:
            problems.append("""
                \(shown("tls.cert")) and \(shown("tls.key")) must be set together.
                """)
            return nil
        }
    }

    /// The Stripe emulator sells credits for no money: never beside a provider that is paid. By itself it comes with
    /// the built-in sandbox, on a database that no other node uses.
    mutating func payments(
        beside port: Int, _ providers: [any ProviderSetting], isShared: Bool
    ) -> Settings.Payments {
        let stripe = stripe()
        let own = self.port("stripe.sandbox.port", otherThan: port) ?? (port > 65_533 ? port - 2 : port + 2)
        let requested = flag("stripe.sandbox")
        if let stripe { return .stripe(stripe) }
        let isPaid = providers.contains(where: \.isPaid)
        let sandboxPort = providers.lazy.compactMap { ($0 as? SandboxSetting)?.builtInPort }.first
        guard requested ?? (sandboxPort != nil && !isShared && !isPaid) else { return .off }
        if isPaid {
            problems.append("""
                \(shown("stripe.sandbox")) must be off with a paid provider: the Stripe emulator would give \
                credits without a payment.
                """)
        }
        if own == sandboxPort {
            problems.append("\(shown("stripe.sandbox.port")) must differ from the sandbox's port \(own).")
        }
        return .stripeEmulator(port: own)
    }

    /// Never a flag: a command's arguments can be seen by others on the machine.
    private mutating func stripe() -> Settings.Stripe? {
        let url = url("stripe.url") ?? Settings.Stripe.url
        let secrets = (text("stripe.webhook.secrets", aliases: ["stripe.webhook.secret"], isSecret: true) ?? "")
            .split(whereSeparator: { $0 == "," || $0.isWhitespace }).map { String($0) }
        guard let key = text("stripe.key", aliases: ["stripe.secret.key"], isSecret: true) else {
            if !secrets.isEmpty {
                let name = shown("stripe.webhook.secrets")
                problems.append("\(name) is set without STRIPE_SECRET_KEY. Set both or neither.")
            }
            return nil
        }
        if key.hasPrefix("pk_") {
            refuse("stripe.key", "must be a secret key, which begins with sk_ or rk_, but is a publishable key.")
        } else if url == Settings.Stripe.url, !KeyShape.isStripe(key) {
            // Elsewhere, such as at an emulator, keys may look otherwise.
            refuse("stripe.key", """
                must be a secret or restricted key of Stripe, which begins with sk_live_, sk_test_, rk_live_ or \
                rk_test_. Copy it from dashboard.stripe.com/apikeys. The value is not shown because it may be a key.
                """)
        }
        return Settings.Stripe(key: key, url: url, webhookSecrets: secrets)
    }

    mutating func billingRules() -> BillingRules {
        BillingRules(
            grace: .seconds((integer("billing.grace.days", 0...90) ?? 7) * 86_400),
            hold: choice("billing.hold") ?? .dispute, trial: choice("billing.trial") ?? .share)
    }

    /// Never a flag: it may hold a password, and a command's arguments can be seen by others on the machine.
    mutating func database(in data: String) -> DatabaseAddress {
        let own = DatabaseAddress.sqlite(path: data + "/darkroom.sqlite")
        guard let text = text("database.url", isSecret: true) else { return own }
        if let address = DatabaseAddress(text) { return address }
        problems.append(DatabaseAddress.refusal(of: shown("database.url")))
        return own
    }

    mutating func files(in data: String) -> String {
        let folder = text("files") ?? data + "/files"
        return folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    /// Complete once everything has been read.
    func unknownNames() -> [UnknownSetting] {
        environmentNames.filter { $0.hasPrefix("DARKROOM_") && !known.contains($0) }.sorted().map {
            UnknownSetting($0, known: known)
        }
    }

    private static func variable(_ name: String) -> String {
        "DARKROOM_" + name.uppercased().replacing(".", with: "_")
    }
}
