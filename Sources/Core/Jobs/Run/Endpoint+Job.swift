extension Endpoint {
    /// What a job will cost us, in micro-dollars.
    func expectedCost(of job: Job) -> MicroDollars {
        func number(_ name: String) -> Int? { job.parameters[name]?.integer.map { Int($0) } }
        return expectedCost(
            outputs: job.outputsAsked, width: number("width"), height: number("height"), seconds: number("seconds"))
    }
}
