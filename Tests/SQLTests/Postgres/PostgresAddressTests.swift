@testable import SQL
import Testing

struct PostgresAddressTests {
    @Test(arguments: [
        ("postgresql://ada:s3cret@db.example.com:5433/pictures", "postgresql://ada@db.example.com:5433/pictures"),
        ("postgres://ada:p%40ss@[::1]/pictures?sslmode=verify-full&sslrootcert=/etc/ca.pem",
         "postgresql://ada@::1/pictures"),
        ("postgresql:///pictures?host=/run/postgresql&password=s3cret", "postgresql:///run/postgresql/pictures"),
        ("postgresql://db", "postgresql://db"),
    ])
    func `it is shown without its password, however it was given`(text: String, shown: String) throws {
        let address = try #require(PostgresAddress(text))
        var dumped = ""
        dump(address, to: &dumped)

        #expect(address.shown == shown)
        #expect("\(address)" == shown)
        for printed in [dumped, String(reflecting: address)] {
            #expect(!printed.contains("s3cret") && !printed.contains("p%40ss"))
        }
    }

    @Test
    func `parameters for TLS and others go to libpq unchanged, and time-outs are added where there are none`() throws {
        let address = try #require(
            PostgresAddress(
                "postgresql://ada@db/pictures?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=30"))

        let given = "postgresql://ada@db/pictures?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=30"
        #expect(address.url.hasPrefix(given + "&tcp_user_timeout="))
        #expect(PostgresAddress(address.url)?.url == address.url)
    }

    @Test(
        arguments: [
            "postgresql://db", "postgresql://db/", "postgres://u:p@db:1", "postgresql:///d?host=/run", "postgresql://",
        ])
    func `with the time-outs added it is still understood`(text: String) throws {
        let address = try #require(PostgresAddress(text))

        #expect(address.url.contains("connect_timeout=5"))
        #expect(PostgresAddress(address.url)?.shown == address.shown)
    }

    @Test(
        arguments: [
            "", "mysql://db", "db", "host=db user=ada", "postgresql://ada:p#ss@[db/x", "postgresql://db?nonsense=1",
            "postgresql:db",
        ])
    func `what libpq does not understand is not an address`(text: String) {
        #expect(PostgresAddress(text) == nil)
    }
}
