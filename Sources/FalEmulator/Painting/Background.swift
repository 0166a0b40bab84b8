import Core

/// Finds the background of a small picture by growing it from the border inwards.
struct Background {
    private let pixels: [UInt8]
    private let width: Int
    private let height: Int
    /// How much neighbors may differ, and how much a pixel may differ from the border it was reached from.
    private let step = 22
    private let reach = 120

    init(pixels: [UInt8], width: Int, height: Int) {
        self.pixels = pixels
        self.width = width
        self.height = height
    }

    /// 0 where there is background, 255 where there is not. If that would leave nothing, or everything, an oval in the
    /// middle counts as the subject, so that something is always cut out.
    func mask() -> [UInt8] {
        var isBackground = [Bool](repeating: false, count: width * height)
        var origin = [Int](repeating: 0, count: width * height)
        var queue = border
        for place in queue {
            isBackground[place] = true
            origin[place] = place
        }
        var next = 0
        while next < queue.count {
            let place = queue[next]
            next += 1
            for neighbor in neighbors(of: place) where !isBackground[neighbor] {
                let color = color(neighbor)
                guard color.distance(to: self.color(place)) < step,
                    color.distance(to: self.color(origin[place])) < reach else {
                    continue
                }
                isBackground[neighbor] = true
                origin[neighbor] = origin[place]
                queue.append(neighbor)
            }
        }
        let share = Double(queue.count) / Double(width * height)
        return (0.06...0.985).contains(share) ? withoutSpecks(isBackground) : oval
    }

    /// What is left, less the pieces that are small beside the largest.
    private func withoutSpecks(_ isBackground: [Bool]) -> [UInt8] {
        var seen = isBackground
        var pieces: [[Int]] = []
        for place in seen.indices where !seen[place] {
            var piece = [place]
            seen[place] = true
            var next = 0
            while next < piece.count {
                for neighbor in neighbors(of: piece[next]) where !seen[neighbor] {
                    seen[neighbor] = true
                    piece.append(neighbor)
                }
                next += 1
            }
            pieces.append(piece)
        }
        let largest = pieces.map(\.count).max() ?? 0
        var mask = [UInt8](repeating: 0, count: isBackground.count)
        for piece in pieces where piece.count * 2 >= largest {
            for place in piece { mask[place] = 255 }
        }
        return mask
    }

    /// The upper three sides and the lower one's corners: a subject often leaves the picture below.
    private var border: [Int] {
        var places = Set(0..<width)
        for row in 1..<max(height, 2) where row < height {
            places.insert(row * width)
            places.insert(row * width + width - 1)
        }
        for column in 0..<width / 5 {
            places.insert((height - 1) * width + column)
            places.insert(height * width - 1 - column)
        }
        return places.sorted()
    }

    private func neighbors(of place: Int) -> [Int] {
        let x = place % width
        var found: [Int] = []
        if x > 0 { found.append(place - 1) }
        if x < width - 1 { found.append(place + 1) }
        if place >= width { found.append(place - width) }
        if place + width < width * height { found.append(place + width) }
        return found
    }

    private func color(_ place: Int) -> Color {
        Color(red: pixels[3 * place], green: pixels[3 * place + 1], blue: pixels[3 * place + 2])
    }

    private var oval: [UInt8] {
        (0..<width * height).map { (place: Int) -> UInt8 in
            let x: Double = (Double(place % width) + 0.5) / Double(width) * 2 - 1
            let y: Double = (Double(place / width) + 0.5) / Double(height) * 2 - 1
            return x * x + y * y < 0.64 ? 255 : 0
        }
    }
}
