import PKI

/// Where a private key is: an authority's, or the one for manifests.
package struct KeyConfiguration: Hashable, Sendable {
    package let source: Source
    /// What opens it: an encrypted file's passphrase, a token's user PIN. Nil where nothing does.
    package let passphrase: PassphraseSource?

    package enum Source: Hashable, Sendable {
        /// A PEM file.
        case file(String)
        /// A PKCS#11 token. The module's file is nil where the URI, the environment or p11-kit says it.
        case token(PKCS11URI, module: String?)
    }

    package init(_ source: Source, passphrase: PassphraseSource? = nil) {
        self.source = source
        self.passphrase = passphrase
    }

    package init(file: String, passphrase: PassphraseSource? = nil) {
        self.init(.file(file), passphrase: passphrase)
    }
}

/// Where a secret that opens a key comes from: never from the configuration itself.
package enum PassphraseSource: Hashable, Sendable {
    /// The first line of a file.
    case file(String)
    /// An environment variable.
    case environment(String)
    /// A file of this name in `$CREDENTIALS_DIRECTORY`, as systemd's `LoadCredential=` puts it there.
    case credential(String)
}
