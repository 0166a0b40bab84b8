import Core
import Foundation

/// The label on every file of the sandbox, so that none is mistaken for the work of a model.
struct Label {
    static let text = "SANDBOX, not AI"

    let caption: String

    /// An overlay of the size, clear but for the label at the lower left and the caption beside it.
    func svg(width: Int, height: Int) -> String {
        let side = Double(min(width, height))
        let size = max(side * 0.026, min(11, side * 0.1))
        let margin = size * 0.9
        let tall = size * 1.9
        // The sandbox's letters are about 0.66 of their size wide on average, in bold capitals.
        let pill = min(size * 0.68 * Double(Self.text.count) + size * 1.2, Double(width) - 2 * margin)
        let top = Double(height) - margin - tall
        let room = Double(width) - 3 * margin - pill
        let fade = tall * 3.2
        func text(_ number: Double) -> String { Canvas.text(number) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)">
            <defs><linearGradient id="f" x1="0" y1="0" x2="0" y2="1">\
            <stop offset="0" stop-color="#000" stop-opacity="0"/>\
            <stop offset="1" stop-color="#000" stop-opacity="\(caption.isEmpty ? 0 : 0.5)"/></linearGradient></defs>
            <rect x="0" y="\(text(Double(height) - fade))" width="\(width)" height="\(text(fade))" fill="url(#f)"/>
            <rect x="\(text(margin))" y="\(text(top))" width="\(text(pill))" height="\(text(tall))" \
            rx="\(text(tall / 2))" \
            fill="#101418" fill-opacity="0.78" stroke="#fff" stroke-opacity="0.55" stroke-width="\(text(size * 0.06))"/>
            <text x="\(text(margin + pill / 2))" y="\(text(top + tall * 0.66))" text-anchor="middle" fill="#fff" \
            font-family="DejaVu Sans, sans-serif" font-weight="bold" font-size="\(text(size * 0.92))" \
            letter-spacing="\(text(size * 0.03))">\(Self.text)</text>
            <text x="\(text(2 * margin + pill))" y="\(text(top + tall * 0.66))" fill="#fff" fill-opacity="0.92" \
            font-family="DejaVu Sans, sans-serif" font-style="italic" font-size="\(text(size * 0.88))">\
            \(Self.escaped(shortened(to: Int(room / (size * 0.56)))))</text>
            </svg>
            """
    }

    private func shortened(to count: Int) -> String {
        let line = caption.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard count >= 6 else { return "" }
        return line.count <= count ? line : line.prefix(count - 1).trimmingCharacters(in: .whitespaces) + "…"
    }

    /// For XML, which allows no control characters at all.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F && $0.value < 0xFFFE || $0.value > 0xFFFF }
            .reduce(into: "") { escaped, scalar in
                switch scalar {
                case "&": escaped += "&amp;"
                case "<": escaped += "&lt;"
                case ">": escaped += "&gt;"
                case "\"": escaped += "&quot;"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
    }
}
