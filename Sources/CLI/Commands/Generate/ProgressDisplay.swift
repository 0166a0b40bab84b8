import Core
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Shows on standard error how a job goes: one line drawn again and again on a terminal, a line for each change
/// elsewhere.
actor ProgressDisplay {
    private let isTerminal: Bool
    private let time: Time
    private let startedAt: Instant
    private var view = JobView()
    private var shown = JobView()

    init(time: Time, isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.isTerminal = isTerminal
        self.time = time
        startedAt = time.now()
    }

    func change(_ body: @Sendable (inout JobView) -> Void) {
        body(&view)
        if isTerminal { draw() } else { printNews() }
    }

    /// On a terminal the time goes on while nothing else does.
    func tick() {
        if isTerminal { draw() }
    }

    /// A line that stays.
    func note(_ text: String) {
        complain((isTerminal ? Self.clear : "") + text)
        if isTerminal { draw() }
    }

    /// Takes the drawn line away.
    func finish() {
        if isTerminal { write(Self.clear) }
    }

    private static let clear = "\r\u{1B}[K"

    private func draw() {
        write(Self.clear + view.line(width: Self.width(), seconds: Int((time.now() - startedAt).components.seconds)))
    }

    private func printNews() {
        if let news = view.news(since: shown) { complain(news) }
        shown = view
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    private static func width() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
