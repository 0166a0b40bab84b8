/// Arithmetic that ends at the greatest or the least of 64 bits where `+`, `-` and `*` end the process. Amounts and
/// times from outside can come near those bounds; none that is correct does, and the database has checks of its own.
extension Int64 {
    func adding(clamped other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    func subtracting(clamped other: Int64) -> Int64 {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }

    func multiplied(clamped other: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
