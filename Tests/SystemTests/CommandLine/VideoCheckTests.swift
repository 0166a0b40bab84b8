@testable import CLI
import Core
import Foundation
import TestSupport
import Testing

/// What `darkroom doctor` says about ffmpeg.
struct VideoCheckTests {
    private func finding(_ programs: [String: String], path: String = LimitedProcess.path) async throws -> Finding {
        let folder = try TemporaryFolder()
        for (name, script) in programs {
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/\(name)")
        }
        return await VideoCheck(time: .system, path: "\(folder.path):\(path)")()
    }

    @Test func `it is named with its version`() async throws {
        let finding = try await finding([
            "ffmpeg": "echo 'ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2025'; echo more", "ffprobe": "exit 1",
        ])
        #expect(finding == .ok("ffmpeg", "found (5.1.9-0+deb12u1)."))
    }

    @Test func `what it says instead of a version is not repeated`() async throws {
        #expect(try await finding(["ffmpeg": "echo hello", "ffprobe": "exit 1"]) == .ok("ffmpeg", "found."))
    }

    @Test func `without it, without ffprobe or without what bounds them, films have no posters`() async throws {
        for (programs, path) in [
            ([:], "/nowhere"), (["ffmpeg": "exit 0"], "/nowhere"),
            (["ffmpeg": "exit 0", "ffprobe": "exit 0"], "/nowhere"),
        ] as [([String: String], String)] {
            let finding = try await finding(programs, path: path)
            #expect(finding.status == .information && finding.message.contains("films have no posters"))
        }
    }

    @Test func `one that does not run is a warning`() async throws {
        let finding = try await finding(["ffmpeg": "exit 127", "ffprobe": "exit 0"])
        #expect(finding.status == .warning && finding.advice?.isEmpty == false)
    }
}
