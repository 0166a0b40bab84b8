/// One SQL statement with parameters `$1`, `$2`, … A literal interpolates only `Fragment`s and other statements, so that
/// splicing a value into SQL does not compile.
package struct Statement: Sendable, Hashable, ExpressibleByStringInterpolation {
    fileprivate enum Piece: Sendable, Hashable {
        case text(String)
        case fragment(Fragment)
    }

    private var pieces: [Piece]

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

    /// The statement as written for one engine, its parameters still as `$1`.
    package func text(in dialect: Dialect) -> String {
        if pieces.count == 1, case .text(let text) = pieces[0] { return text }
        return pieces.reduce(into: "") { text, piece in
            switch piece {
            case .text(let literal): text += literal
            case .fragment(let fragment): text += fragment.text(in: dialect)
            }
        }
    }
}
