import Mustache

extension MustacheTemplate {
    /// A page's template as it is built into the program, so that one that is invalid is a mistake in the program.
    init(embedded bytes: [UInt8]) {
        do {
            try self.init(string: String(decoding: bytes, as: UTF8.self))
        } catch {
            preconditionFailure("the page's template is invalid: \(error)")
        }
    }
}
