/// How long a test waits for what must come, before it fails. A wait ends when the thing happens, so the bound costs
/// nothing, and it is far longer than a busy machine takes: no result depends on how fast the machine is.
package enum TestBound {
    package static let wait = Duration.seconds(seconds)
    package static let seconds: Int64 = 300
}
