/// Passwords that are guessed first: the commonest ones of lists of leaked passwords that are long enough to pass by
/// their length, and digits that count up or down. A long list would refuse little more, since few guesses are possible
/// before a limit ends them.
enum CommonPasswords {
    /// In any case.
    static func contains(_ password: String) -> Bool {
        let password = password.lowercased()
        return all.contains(password) || isCount(password)
    }

    /// Such as `23456789`, `7890123456` and `987654321`.
    private static func isCount(_ password: String) -> Bool {
        let digits = password.utf8.map { Int($0) - 48 }
        guard digits.count > 1, digits.allSatisfy({ (0...9).contains($0) }) else { return false }
        let steps = Set(zip(digits, digits.dropFirst()).map { ($1 - $0 + 10) % 10 })
        return steps == [1] || steps == [9]
    }

    /// In lower case.
    private static let all: Set<String> = [
        "password", "password!", "password1", "password12", "password123", "password1234", "passw0rd", "p@ssw0rd",
        "p@ssword", "pa55word", "passpass", "mypassword", "secret123", "letmein1", "letmein123", "changeme",
        "changeme1", "changeme123", "welcome1", "welcome12", "welcome123", "administrator", "admin123", "admin1234",
        "admin12345", "root1234", "user1234", "test1234", "test12345", "testtest", "guest123", "default1",
        "darkroom", "darkroom1", "hello123", "hello1234", "computer", "internet", "whatever", "trustno1", "rockyou1",

        "11223344", "1122334455", "12121212", "12341234", "1234512345", "123123123", "123123123123", "12344321",
        "123321123", "123454321", "147258369", "123654789", "789456123", "741852963", "159357159", "10203040",
        "01020304", "12345678a", "123456789a", "1234567a", "a12345678", "a1234567", "a123456789", "aa123456",
        "aa12345678", "abc12345", "abcd1234", "abc123456", "abcdefgh", "abcdefg1", "abcdefghi", "1a2b3c4d",

        "qwertyui", "qwertyuiop", "qwerty12", "qwerty123", "qwerty1234", "qwerty12345", "qwerty123456", "qwer1234",
        "1234qwer", "123qweasd", "123qweasdzxc", "qweasdzxc", "qwe123qwe", "qazwsxedc", "qazwsx123", "1qaz2wsx",
        "1qaz2wsx3edc", "1qazxsw2", "zaq12wsx", "zaq1zaq1", "1q2w3e4r", "1q2w3e4r5t", "1q2w3e4r5t6y", "q1w2e3r4",
        "q1w2e3r4t5", "asdf1234", "asdfasdf", "asdfghjk", "asdfghjkl", "asdfghjkl;", "zxcvbnm1", "zxcvbnm123",

        "iloveyou", "iloveyou1", "iloveyou2", "lovelove", "sunshine", "sunshine1", "princess", "princess1",
        "football", "football1", "baseball", "baseball1", "basketball", "liverpool", "liverpool1", "chelsea1",
        "arsenal1", "manchester", "superman", "superman1", "batman123", "spiderman", "starwars", "starwars1",
        "pokemon1", "pokemon123", "dragon123", "monkey123", "master123", "shadow123", "michael1", "charlie1",
        "jessica1", "jennifer", "michelle", "danielle", "jonathan", "alexander", "elizabeth", "victoria",
        "garfield", "metallica", "blink182", "mercedes", "maverick", "midnight", "butterfly", "chocolate",
        "freedom1", "samsung1",
    ]
}
