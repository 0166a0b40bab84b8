package import Core
package import Hummingbird

/// `GET /api/admin/books?from=&to=&stripe=&limit=`: every part of the books beside what it must agree with.
package struct ShowBooks: Sendable {
    private let read: ReadBooks
    private let time: Time
    /// It reads the whole ledger.
    private let turn = OneAtATime()

    package init(read: ReadBooks, time: Time) {
        self.read = read
        self.time = time
    }

    private enum Answer: String, CaseIterable { case `true`, `false` }

    @Sendable package func handle(_ request: Request, _ context: AdminContext) async throws -> Response {
        let limit = try request.limit()
        let withStripe: Answer? = try request.choice("stripe")
        guard let period = BooksPeriod(from: try request.instant("from"), to: try request.instant("to"), now: time.now()) else {
            throw APIError(
                .unprocessableContent, "invalid_parameter", "'from' is before 'to', and at most 366 days before it.", field: "from")
        }
        let books = try await turn(orThrow: ShowBooks.isReading) { try await read(period, withStripe: withStripe == .true, limit: limit) }
        return .json(BooksBody(books))
    }

    private static let isReading = APIError(
        .tooManyRequests, "rate_limited", "The books are being read already. Ask again when that has ended.", retryAfter: .seconds(5))
}
