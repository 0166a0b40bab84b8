@testable import CLI
import Foundation
import TestSupport
import Testing

struct PathStateTests {
    @Test func `what may not be seen, and what a file is in the way of, is not called missing`() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(filePath: folder.path + "/file"))

        #expect(PathState(folder.path) == .folder && PathState(folder.path + "/file") == .file)
        #expect(PathState(folder.path + "/none") == .missing && PathState(folder.path + "/file/none") == .insideFile)
        #expect(PathState(errno: EACCES) == .forbidden && PathState(errno: ENOENT) == .missing)
    }

    @Test(arguments: [
        (.missing, nil, .usage, "There is no database at p."), (.folder, nil, .usage, "it is a folder"),
        (.file, .usage, nil, "is a file"), (.insideFile, .usage, .usage, "a part of"),
        (.forbidden, .failed, .failed, "as its owner"),
    ] as [(PathState, Failure.Code?, Failure.Code?, String)])
    func `a path is refused with what can be done about it`(
        state: PathState, folder: Failure.Code?, database: Failure.Code?, message: String
    ) {
        let refusals = [state.refusalOfDataFolder("p"), state.refusalOfDatabase("p")]

        #expect(refusals.map { $0?.code } == [folder, database])
        for refusal in refusals.compactMap(\.self) { #expect(refusal.message.contains(message), "\(refusal)") }
    }

    @Test func `doctor names a data folder that is a file`() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(filePath: folder.path + "/file"))

        for path in ["/file", "/file/data"] {
            let findings = DataFolderCheck(folder: folder.path + path).findings()
            #expect(findings.map(\.status) == [.problem] && findings[0].message.contains("is a file"), "\(path)")
        }
    }
}
