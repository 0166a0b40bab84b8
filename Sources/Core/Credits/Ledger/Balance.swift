/// What an account can spend, and what is set aside for its jobs.
package struct Balance: Sendable, Hashable {
    package var available: Credits
    package var reserved: Credits

    package init(available: Credits, reserved: Credits) {
        self.available = available
        self.reserved = reserved
    }
}
