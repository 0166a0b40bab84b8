/// What an output is called unless its account gives it another name: its day, the end of its job's id and its number,
/// such as `2026-05-28 9f3a01c2 1`. In a folder with others it is found by its day, and no two are the same.
enum OutputName {
    static func stem(job: ID<Job>, index: Int, at created: Instant) -> String {
        "\(created.text.prefix(10)) \(job.rawValue.suffix(8)) \(index + 1)"
    }

    static func name(job: ID<Job>, index: Int, type: FileType, at created: Instant) -> String {
        "\(stem(job: job, index: index, at: created)).\(type.fileExtension)"
    }
}
