import Core
import Testing

extension JSON {
    /// The same with another value at a place, such as `items.data.0.price`. Nil removes the member.
    func setting(_ path: String, to value: JSON?) -> JSON {
        setting(path.split(separator: ".")[...], to: value)
    }

    private func setting(_ path: ArraySlice<Substring>, to value: JSON?) -> JSON {
        guard let step = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        switch self {
        case .object(var members):
            let name = String(step)
            members[name] = rest.isEmpty ? value : (members[name] ?? [:]).setting(rest, to: value)
            return .object(members)
        case .array(var elements):
            guard let index = Int(step), elements.indices.contains(index) else { break }
            elements[index] = elements[index].setting(rest, to: value)
            return .array(elements)
        default: break
        }
        Issue.record("there is no '\(step)' to set in \(text)")
        return self
    }
}
