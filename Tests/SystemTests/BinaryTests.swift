import Foundation
import Testing
import TestSupport

struct BinaryTests {
    @Test func `the program says its version and refuses what it does not know`() throws {
        let version = Process()
        version.executableURL = try Binary.url()
        version.arguments = ["--version"]
        let output = Pipe()
        version.standardOutput = output
        try version.run()
        version.waitUntilExit()

        #expect(version.terminationStatus == 0)
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "0.1.0\n")
    }
}
