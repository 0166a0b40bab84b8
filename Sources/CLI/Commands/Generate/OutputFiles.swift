import Foundation

/// What the pictures of a job are called: `dress.png`, `dress-2.png`, `dress-3.png`.
struct OutputFiles: Sendable, Equatable {
    let path: String
    /// By the name's extension; nil if it has none.
    let format: String?

    /// Throws where the name cannot be written to, before anything is paid for.
    init(_ path: String) throws {
        self.path = path
        let ending = URL(filePath: path).pathExtension.lowercased()
        switch ending {
        case "": format = nil
        case "png", "webp": format = ending
        case "jpg", "jpeg": format = "jpeg"
        default:
            throw Failure(.usage, "--out \(path) must end in .png, .jpg or, for images without a background, .webp.")
        }
        try checkFolder()
    }

    private func checkFolder() throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure(.usage, "--out \(path): the folder \(folder) does not exist.")
        }
        guard access(folder, W_OK) == 0 else {
            throw Failure(.usage, "--out \(path): the folder \(folder) is not writable.")
        }
        guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue else {
            throw Failure(.usage, "--out \(path) is a folder. Give the path of a file.")
        }
    }

    /// - Parameter index: From 0.
    func path(_ index: Int) -> String {
        guard index > 0 else { return path }
        let ending = URL(filePath: path).pathExtension
        return ending.isEmpty ? "\(path)-\(index + 1)" : "\(path.dropLast(ending.count + 1))-\(index + 1).\(ending)"
    }
}
