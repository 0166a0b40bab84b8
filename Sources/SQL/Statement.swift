/// One SQL statement with parameters `$1`, `$2`, … A literal interpolates only `Fragment`s and other statements, so
/// that splicing a value into SQL does not compile.
package struct Statement: Sendable, Hashable, ExpressibleByStringInterpolation {
    fileprivate enum Piece: Sendable, Hashable {
        case text(String)
        case fragment(Fragment)
    }

    private var pieces: [Piece]
    private var written: WrittenStatement?

    package init(stringLiteral value: String) {
        pieces = [.text(value)]
    }

    package init(stringInterpolation interpolation: Interpolation) {
        pieces = interpolation.pieces
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            pieces.append(.text(literal))
        }

        package mutating func appendInterpolation(_ fragment: Fragment) {
            pieces.append(.fragment(fragment))
        }

        package mutating func appendInterpolation(_ statement: Statement) {
            pieces += statement.pieces
        }
    }

    /// Renders its texts once, for statements that live as long as the program: an engine then recognizes it without
    /// reading its text.
    func writtenOut() -> Statement {
        var statement = self
        statement.written = WrittenStatement(sqlite: text(in: .sqlite), postgres: text(in: .postgres))
        return statement
    }

    var identity: WrittenStatement? { written }

    package static func == (one: Statement, other: Statement) -> Bool { one.pieces == other.pieces }
    package func hash(into hasher: inout Hasher) { hasher.combine(pieces) }

    /// The statement as written for one engine, its parameters still as `$1`.
    package func text(in dialect: Dialect) -> String {
        if let written { return dialect == .sqlite ? written.sqlite : written.postgres }
        if pieces.count == 1, case .text(let text) = pieces[0] { return text }
        return pieces.reduce(into: "") { text, piece in
            switch piece {
            case .text(let literal): text += literal
            case .fragment(let fragment): text += fragment.text(in: dialect)
            }
        }
    }
}

/// The texts of a statement. Its identity is the key in an engine's table of prepared statements. Such a table keeps it
/// alive, so that no other object takes its identity.
final class WrittenStatement: Sendable {
    let sqlite: String
    let postgres: String

    init(sqlite: String, postgres: String) {
        self.sqlite = sqlite
        self.postgres = postgres
    }
}
