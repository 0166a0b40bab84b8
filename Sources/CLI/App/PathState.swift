import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// What is at a path. `FileManager` calls missing what this user may not see.
enum PathState: Equatable, Sendable {
    case missing
    case file
    case folder
    /// A part of the path is a file.
    case insideFile
    /// A folder on the way may not be searched by this user.
    case forbidden

    init(_ path: String) {
        guard access(path, F_OK) == 0 else {
            self.init(errno: errno)
            return
        }
        var isFolder: ObjCBool = false
        self = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            ? .file : .folder
    }

    init(errno code: CInt) {
        switch code {
        case ENOTDIR: self = .insideFile
        case EACCES: self = .forbidden
        default: self = .missing
        }
    }

    /// Why a data folder cannot be at `path`, which nothing but another path or another user changes; nil if it can.
    func refusalOfDataFolder(_ path: String) -> Failure? {
        switch self {
        case .missing, .folder: nil
        case .file: Failure(.usage, "The data folder \(path) is a file. Set --data to a folder.")
        case .insideFile:
            Failure(.usage, """
                The data folder \(path) cannot exist: a part of its path is a file. Set --data to a folder.
                """)
        case .forbidden:
            Failure(.failed, "This user may not look into the data folder \(path). Run the command as its owner.")
        }
    }

    /// Why a database cannot be opened at `path`; nil if it can be tried.
    func refusalOfDatabase(_ path: String) -> Failure? {
        switch self {
        case .missing:
            Failure(.usage, "There is no database at \(path). Set --data to its folder, or start a server first.")
        case .insideFile:
            Failure(.usage, "There is no database at \(path): a part of the path is a file. Set --data to a folder.")
        case .folder: Failure(.usage, "There is no database at \(path): it is a folder.")
        case .forbidden:
            Failure(.failed, "This user may not look for a database at \(path). Run the command as its owner.")
        case .file: nil
        }
    }
}
