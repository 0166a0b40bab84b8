/// How wide a picture is for its height, as one letter: of the proportions below the one that is nearest by ratio, so
/// that the usual ones are exact. A page of a gallery can be laid out with nothing else.
package enum Proportion {
    /// Width and height of `a` to `z`, from tall to wide. `n` is a square.
    package static let all: [(width: Int, height: Int)] = [
        (1, 4), (1, 3), (2, 5), (3, 7), (1, 2), (9, 16), (3, 5), (5, 8), (2, 3), (5, 7), (3, 4), (4, 5), (8, 9), (1, 1),
        (9, 8), (5, 4), (4, 3), (7, 5), (3, 2), (8, 5), (5, 3), (16, 9), (2, 1), (7, 3), (3, 1), (4, 1),
    ]

    private static let square = UInt8(ascii: "n")

    /// A square if the size is not known.
    package static func letter(of size: ImageSize?) -> UInt8 {
        guard let size else { return square }
        let index = boundaries.firstIndex { boundary in
            // Between two proportions, by their ratio: (width / height)² < one × other. Sizes have less than 16 bits.
            size.width * size.width * boundary.height < size.height * size.height * boundary.width
        }
        return UInt8(ascii: "a") + UInt8(index ?? all.count - 1)
    }

    private static let boundaries = zip(all, all.dropFirst()).map { one, other in
        (width: one.width * other.width, height: one.height * other.height)
    }
}
