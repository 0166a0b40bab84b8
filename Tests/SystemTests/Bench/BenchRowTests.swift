@testable import Bench
import Testing

struct BenchRowTests {
    @Test
    func `a goal is reached by the ratio to what stands beside it`() {
        let row = BenchRow(
            .submit, .sqlite, "requests", 700, "/s", beside: .init(name: "floor", value: 1000),
            goal: .ratio(.atLeast, 0.6))

        #expect(row.ratio == 0.7)
        #expect(row.isReached == true)
    }

    @Test
    func `a goal that is missed is said`() {
        let row = BenchRow(.start, nil, "ready", 0.4, "s", goal: .value(.atMost, 0.3))

        #expect(row.isReached == false)
        #expect(row.cells.last == "missed")
    }

    @Test
    func `what was not measured has no ratio and reaches nothing`() {
        let row = BenchRow(.claim, .postgres, "jobs", nil, "/s", goal: .value(.atLeast, 3000))

        #expect(row.ratio == nil)
        #expect(row.isReached == nil)
    }

    @Test(arguments: [
        (1_234_567.4, "1,234,567"), (999.6, "1000"), (123.4, "123"), (12.34, "12.3"), (0.456, "0.46"), (80, "80"),
    ])
    func `a figure shows three digits that count`(value: Double, text: String) {
        #expect(BenchRow.text(value) == text)
    }
}
