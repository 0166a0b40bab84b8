import Core
import Testing

struct StorageKeyTests {
    let account = ID<Account>(rawValue: "01890000-0000-7000-8000-000000000001")
    let job = ID<Job>(rawValue: "01890000-0000-7000-8000-000000000002")

    @Test func `a key says whose file it is and survives its text`() {
        let key = StorageKey.output(3, of: job, account, .jpeg)

        #expect(key.description == "outputs/\(account)/\(job)/3.jpg")
        #expect(StorageKey(checking: key.description) == key)
        #expect(key.bucket == .outputs)
    }

    @Test(arguments: [
        "", "uploads", "uploads/a", "uploads/a/b", "uploads/../b.png", "uploads/a/../b.png", "uploads/a/..",
        "uploads/a/.png", "uploads/a/b.",
        "uploads//b.png", "/uploads/a/b.png", "uploads/a/b.png/", "uploads/a/b.c.png", "uploads/a/b%2f.png",
        "uploads/a/B.png",
        "uploads/a\\b/c.png", "outputs/a/b.png", "elsewhere/a/b.png", "uploads/a/b\0.png", "uploads/é/b.png",
    ])
    func `what could lead elsewhere is no key`(text: String) {
        #expect(StorageKey(checking: text) == nil)
    }
}
