/// A queue: first come, first served. Taken elements are removed in one sweep now and then, so that taking is cheap.
struct Line<Element> {
    private var elements: [Element] = []
    private var taken = 0

    var count: Int { elements.count - taken }
    var first: Element? { taken < elements.count ? elements[taken] : nil }

    mutating func add(_ element: Element) {
        elements.append(element)
    }

    mutating func take(_ limit: Int) -> [Element] {
        let some = Array(elements[taken...].prefix(limit))
        taken += some.count
        if taken == elements.count || taken >= max(64, elements.count / 2) {
            elements.removeFirst(taken)
            taken = 0
        }
        return some
    }
}
