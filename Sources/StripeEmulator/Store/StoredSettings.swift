import Core
import Foundation
import SQL

/// What can be changed while the Stripe emulator runs, and outlives a restart.
struct StoredSettings: Sendable {
    /// How far the Stripe emulator's clock is ahead of the machine's, in seconds.
    var clockOffset: Int64 = 0
    var faults = Faults()
}

extension Transaction {
    func settings() throws -> StoredSettings {
        guard let row = try queryOne("SELECT clock_offset, faults FROM settings") else { return StoredSettings() }
        let faults = try JSONDecoder().decode(Faults.self, from: Data(row.get("faults", as: String.self).utf8))
        return StoredSettings(clockOffset: try row.get("clock_offset"), faults: faults)
    }

    func save(_ settings: StoredSettings) throws {
        let faults = String(decoding: try JSONEncoder().encode(settings.faults), as: UTF8.self)
        try execute("""
            INSERT INTO settings (only, clock_offset, faults) VALUES (1, $1, $2)
            ON CONFLICT (only) DO UPDATE SET clock_offset = excluded.clock_offset, faults = excluded.faults
            """, settings.clockOffset, faults)
    }
}
