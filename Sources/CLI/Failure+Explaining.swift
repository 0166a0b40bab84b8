import Core
import Foundation
import NIOCore
import NIOSSL
import SQL

extension Failure {
    /// What a command threw, as one sentence. Never a dump of the error: what a person can act on comes first.
    init(explaining error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let problems as SettingsProblems: self.init(.usage, problems.description)
        case let error as DatabaseError: self.init(error)
        case let error as FileStoreError: self.init(error)
        case let error as SignUpError: self.init(error)
        case let error as UserError: self.init(error)
        case let error as APIKeyError: self.init(error)
        case let refusal as FilesMark.Refusal: self.init(.failed, refusal.description)
        case let error as IOError:
            self.init(.failed, "A network or file operation failed: \(NoResponse(error).reason).")
        case is NIOSSLError, is BoringSSLError:
            self.init(.failed, """
                The TLS certificate or its private key cannot be used: \(error). Both must be PEM files, and the key \
                must match the certificate.
                """)
        case let error as any CustomStringConvertible & Error where !(error is CocoaError):
            self.init(.failed, error.description)
        default: self.init(.failed, error.localizedDescription)
        }
    }

    private init(_ error: DatabaseError) {
        switch error.kind {
        case .schema: self.init(.failed, error.message)
        case .unavailable:
            self.init(.failed, """
                The database cannot be opened: \(error.message). Check its file and its folder, or restore a backup.
                """)
        case .full:
            self.init(.failed, """
                The database cannot be written: \(error.message). Free disk space, or give this user write permission \
                in the data folder.
                """)
        case .busy:
            self.init(
                .failed, """
                    The database is busy: \(error.message). Another program has locked it, or the load is high. Try \
                    again later.
                    """)
        default:
            self.init(.failed, "The database returned an error: \(error).")
        }
    }

    private init(_ error: FileStoreError) {
        switch error {
        case .notFound: self.init(.failed, "A file in the data folder is missing.")
        case .tooLarge(let limit): self.init(.failed, "A file is larger than \(limit) bytes.")
        case .full(let reason), .unavailable(let reason):
            self.init(.failed, "The folder of files cannot be used: \(reason.hasSuffix(".") ? reason : reason + ".")")
        }
    }

    private init(_ error: SignUpError) {
        switch error {
        case .invalidEmail: self.init(.usage, "The email address is invalid. Use an address such as name@example.com.")
        case .invalidMetadata: self.init(.failed, "The user's metadata is too long.")
        case .password(let problem): self.init(problem)
        case .taken: self.init(.failed, "A user with this email address already exists.")
        case .notOpen, .throttled: self.init(.failed, "Sign-up is disabled.")
        }
    }

    private init(_ problem: PasswordRules.Problem) {
        switch problem {
        case .tooShort:
            self.init(.usage, "The password is too short. It must have at least \(PasswordRules.shortest) characters.")
        case .tooLong:
            self.init(.usage, "The password is too long. It must have at most \(PasswordRules.longest) characters.")
        case .guessable: self.init(.usage, "The password is too easy to guess.")
        case .common: self.init(.usage, "This password is one of the most common ones. Choose another one.")
        }
    }

    private init(_ error: UserError) {
        switch error {
        case .notFound: self.init(.failed, "There is no such user.")
        case .password(let problem): self.init(problem)
        case .lastAdministrator:
            self.init(.failed, """
                This is the only administrator. Make another user an administrator first: 'darkroom admin make-admin'.
                """)
        case .emailTaken: self.init(SignUpError.taken)
        case .invalidEmail: self.init(SignUpError.invalidEmail)
        case .invalidMetadata, .samePassword, .currentPasswordRequired, .currentPasswordWrong, .emailChangeUnavailable:
            self.init(.failed, "The user cannot be changed like this: \(error).")
        }
    }

    private init(_ error: APIKeyError) {
        switch error {
        case .noSuchAccount: self.init(.failed, "There is no account with this id.")
        case .tooMany:
            self.init(.failed, "The account has \(APIKeys.limit) keys, which is the most. Revoke one first.")
        case .invalidName: self.init(.usage, "The name of a key must have 1 to \(APIKeys.nameLimit) bytes.")
        case .notAllowed, .notFound: self.init(.failed, "The key cannot be changed: \(error).")
        }
    }
}
