/// One sign-in on one device: a family of refresh tokens that ends as a whole.
package struct Session: Sendable, Hashable {}
