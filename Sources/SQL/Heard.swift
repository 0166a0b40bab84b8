/// What a process hears of the others that use the same database. A hint: it may be missed, or come for nothing.
package enum Heard: Sendable, Hashable {
    case words([String])
    /// Something may have been said or done unheard: a connection was lost, or the engine tells no more than that.
    case anything
}
