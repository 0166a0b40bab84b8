import Core

/// Credits that were captured, and what providers cost, in micro-dollars.
struct MarginBody: Encodable {
    let total: Figures
    let lines: [Line]
    let isComplete: Bool

    init(_ margin: Margin) {
        total = Figures(margin.total)
        lines = margin.lines.map {
            Line(day: String($0.day.text.prefix(10)), endpoint: $0.endpoint.rawValue, figures: Figures($0.figures))
        }
        isComplete = margin.isComplete
    }

    struct Line: Encodable {
        let day: String
        let endpoint: String
        let figures: Figures
    }

    struct Figures: Encodable {
        let jobs: Int
        let captured: Credits
        let cost: Int64
        let reportedCost: Int64
        let estimatedCost: Int64
        let lostCost: Int64
        let jobsWithoutCost: Int

        init(_ figures: Margin.Figures) {
            jobs = figures.jobs
            captured = figures.captured
            cost = figures.cost.rawValue
            reportedCost = figures.reported.rawValue
            estimatedCost = (figures.cost - figures.reported).rawValue
            lostCost = figures.lost.rawValue
            jobsWithoutCost = figures.jobsWithoutCost
        }
    }
}
