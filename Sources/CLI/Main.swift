import ArgumentParser
import Configuration
import Web
@main struct Main { static func main() {} }
