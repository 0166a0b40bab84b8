import Core
import TestSupport
import Testing
@testable import Web

/// Under which name a browser saves a file.
struct ContentDispositionTests {
    @Test(arguments: [
        ("a.png", #"filename="a.png"; filename*=UTF-8''a.png"#),
        // The example of every table.
        ("naïve \"chat\" – 猫;.png",
            #"filename="na_ve _chat_ _ _;.png"; "#
                + "filename*=UTF-8''na%C3%AFve%20%22chat%22%20%E2%80%93%20%E7%8C%AB%3B.png"),
        ("back\\slash.png", #"filename="slash.png"; filename*=UTF-8''slash.png"#),
        ("a;b,c=d.png", #"filename="a;b,c=d.png"; filename*=UTF-8''a%3Bb%2Cc%3Dd.png"#),
        ("100%.png", #"filename="100_.png"; filename*=UTF-8''100%25.png"#),
        ("%41.png", #"filename="_41.png"; filename*=UTF-8''%2541.png"#),
        ("it's (1)*.png", #"filename="it's (1)*.png"; filename*=UTF-8''it%27s%20%281%29%2A.png"#),
        ("ü.png", #"filename="_.png"; filename*=UTF-8''%C3%BC.png"#),
        ("👩‍🎨.png", #"filename="___.png"; filename*=UTF-8''%F0%9F%91%A9%E2%80%8D%F0%9F%8E%A8.png"#),
        ("שלום.png", #"filename="____.png"; filename*=UTF-8''%D7%A9%D7%9C%D7%95%D7%9D.png"#),
    ])
    func `a name is in the header twice, in ASCII and whole`(name: String, text: String) {
        let name = DownloadName.text(name, .png)
        #expect(ContentDisposition.text(name, isDownload: true) == "attachment; " + text)
        #expect(ContentDisposition.text(name, isDownload: false) == "inline; " + text)
    }

    @Test(arguments: [
        ("a.png", .png, "a.png"), ("A.PNG", .png, "A.PNG"), ("a.jpeg", .jpeg, "a.jpeg"), ("a.JPG", .jpeg, "a.JPG"),
        ("a.m4v", .mp4, "a.m4v"), ("a", .png, "a.png"), ("a.jpg", .png, "a.png"), ("a.mov", .mp4, "a.mp4"),
        ("a.tar.zip", .webm, "a.tar.webm"), ("v1.2 final", .png, "v1.2 final.png"),
        ("St. Anna", .webp, "St. Anna.webp"),
        ("evil.exe", .png, "evil.exe.png"), ("page.html", .gif, "page.html.gif"), ("a.png.", .png, "a.png"),
        ("a..png", .png, "a.png"), (".png", .png, "png.png"), (".htaccess", .png, "htaccess.png"),
        ("../../etc/passwd", .png, "passwd.png"), ("C:\\x\\a.png", .png, "a.png"), ("a/", .png, "a.png"),
        ("/", .png, "file.png"), ("", .png, "file.png"), ("...", .png, "file.png"), (" \t ", .png, "file.png"),
        ("a\u{202E}gnp.exe", .png, "agnp.exe.png"), ("\u{2066}a\u{2069}\u{200F}.png", .png, "a.png"),
        ("a\r\nSet-Cookie: x=y.png", .png, "aSet-Cookie: x=y.png"), ("a\0b\u{7F}\u{85}\u{2028}.png", .png, "ab.png"),
        ("a/\u{301}b.png", .png, "\u{301}b.png"), ("猫.webp", .mp4, "猫.mp4"),
    ] as [(String, FileType, String)])
    func `a name is one part of a path without marks, and ends as its type does`(
        name: String, type: FileType, expected: String
    ) {
        #expect(Array(DownloadName.text(name, type).utf8) == Array(expected.utf8))
    }

    @Test(arguments: [
        (String(repeating: "a", count: 400) + ".jpg", String(repeating: "a", count: 146) + ".png"),
        (String(repeating: "猫", count: 100), String(repeating: "猫", count: 48) + ".png"),
        (String(repeating: "👩‍🎨", count: 20), String(repeating: "👩‍🎨", count: 13) + ".png"),
        ("a." + String(repeating: "b", count: 300), "a." + String(repeating: "b", count: 144) + ".png"),
    ])
    func `a long name is cut between two characters, and keeps its ending`(name: String, expected: String) {
        #expect(DownloadName.text(name, .png) == expected)
    }

    @Test func `whatever a name is, the header is short ASCII on one line, and whole in its other form`() {
        var chance = Seeded(54)
        let letters = [
            "a", "\"", "\\", "%", ";", "é", "😀", "\r", "\n", "\0", " ", "/", "'", "=", ".", "\u{202E}",
            "\u{301}", "png",
        ]
        for _ in 0..<1_000 {
            let count = chance.happens(oneIn: 10) ? 300 : 12
            let name = (0..<chance.number(1...Int64(count))).map { _ in
                letters[Int(chance.number(0...Int64(letters.count - 1)))]
            }.joined()
            let made = DownloadName.text(name, .png)
            let text = ContentDisposition.text(made, isDownload: true)
            #expect(made.utf8.count <= 150 && made.lowercased().hasSuffix(".png"), "\(name.debugDescription)")
            #expect(DownloadName.text(made, .png) == made, "\(made.debugDescription)")
            #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(name.debugDescription)")
            #expect(text.split(separator: "\"").count == 3, "two quotes, which no name can close: \(text)")
            let encoded = text.split(separator: "UTF-8''").last ?? ""
            #expect(PercentEncoding.decode(encoded) == made)
        }
    }
}
