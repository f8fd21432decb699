import CPKCS11
import RotationModel
import Synchronization
import System
import Testing

@testable import PKI

@Suite("PKCS#11 modules", .serialized)
struct TokenModuleTests {
    /// What the made-up module has seen, and what it says.
    private struct Made {
        var calls = 0
        /// In the slots' order; nil for one whose token was pulled out after it was listed.
        var tokens: [String?] = []
        /// One more token is plugged in between the question how many there are and the next one.
        var grows = false
    }

    private static let made = Mutex(Made())

    private static func withModule<Result>(
        _ start: Made, process: Int32 = LocalHost.processID, _ body: (CryptokiModule) throws -> Result
    ) rethrows -> Result {
        made.withLock { $0 = start }
        return try withUnsafeTemporaryAllocation(of: CK_FUNCTION_LIST.self, capacity: 1) { list in
            list.initialize(repeating: CK_FUNCTION_LIST())
            list[0].C_GetSlotList = { _, slots, count in
                TokenModuleTests.made.withLock { made in
                    made.calls += 1
                    defer { count?.pointee = UInt(made.tokens.count) }
                    guard let slots else { return 0 }
                    if made.grows {
                        made.grows = false
                        made.tokens.append("late")
                    }
                    guard let count, count.pointee >= made.tokens.count else { return 0x150 }
                    for slot in made.tokens.indices { slots[slot] = UInt(slot) }
                    return 0
                }
            }
            list[0].C_GetTokenInfo = { slot, info in
                guard let label = TokenModuleTests.made.withLock({ $0.tokens[Int(slot)] }) else { return 0xE0 }
                withUnsafeMutableBytes(of: &info!.pointee.label) { field in
                    field.copyBytes(from: Array(label.utf8) + [UInt8](repeating: 0x20, count: 32 - label.utf8.count))
                }
                // CKF_TOKEN_INITIALIZED
                info?.pointee.flags = 0x400
                return 0
            }
            return try body(CryptokiModule(path: "made up", functions: list.baseAddress!, process: process))
        }
    }

    @Test("A token that is plugged in while the slots are listed is there")
    func growing() throws {
        let slots = try TokenModuleTests.withModule(Made(tokens: ["one"], grows: true)) { try $0.slots() }
        #expect(slots == [0, 1])
    }

    @Test("A slot whose token was pulled out since it was listed does not hide the others")
    func shrinking() throws {
        let uri = try PKCS11URI("pkcs11:token=fleet")
        let token = try TokenModuleTests.withModule(Made(tokens: ["other", nil, "fleet"])) {
            try TokenChoice(module: $0, uri: uri).token()
        }
        #expect(token.slot == 2 && token.label == "fleet")
    }

    @Test("A token is found again in another slot, and one that is gone is told")
    func again() throws {
        let uri = try PKCS11URI("pkcs11:token=fleet")
        try TokenModuleTests.withModule(Made(tokens: ["fleet"])) { module in
            let choice = TokenChoice(module: module, uri: uri)
            let token = try choice.token()
            TokenModuleTests.made.withLock { $0.tokens = ["other", "fleet"] }
            #expect(try choice.again(token).slot == 1)
            TokenModuleTests.made.withLock { $0.tokens = ["other"] }
            let gone = try failure { _ = try choice.again(token) }
            #expect(gone.code == .keyUnavailable && gone.message.contains("was there and is gone"))
        }
    }

    @Test("In a copy of the process that loaded it a module is not called")
    func forked() throws {
        TokenModuleTests.withModule(Made(tokens: ["one"]), process: LocalHost.processID + 1) { module in
            #expect(throws: CryptokiResult.notInitialized) { try module.slots() }
            #expect(throws: CryptokiResult.notInitialized) { try TokenSession(module, slot: 0, opening: 0) }
        }
        #expect(TokenModuleTests.made.withLock { $0.calls } == 0)
    }

    @Test("Each algorithm goes to the token as PKCS#11 has it")
    func mechanisms() throws {
        let digest = Array(UInt8(0)..<64)
        let curve = try PrivateKey.generate(.ecdsaP256).publicKey
        let rsa = try SharedKeys.key(.rsa(bits: 2048)).publicKey
        let ecdsa = try #require(SigningMechanism(for: curve, hash: .sha512, padding: .none))
        #expect(ecdsa.type == 0x1041 && ecdsa.data(digest) == Array(0..<32))
        #expect(ecdsa.signature([UInt8](repeating: 1, count: 63)) == nil)
        let raw = [UInt8](repeating: 0, count: 31) + [1] + [UInt8](repeating: 0, count: 31) + [0x80]
        #expect(ecdsa.signature(raw) == [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80])

        // RFC 8017, 9.2, note 1, has these first bytes.
        let head: [UInt8] = [
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ]
        let pkcs1 = try #require(SigningMechanism(for: rsa, hash: .sha256, padding: .pkcs1))
        #expect(pkcs1.type == 1 && pkcs1.data(Array(digest[..<32])) == head + digest[..<32])

        let pss = try #require(
            SigningMechanism(for: rsa, hash: .sha384, padding: .pss(mask: .sha384, saltLength: 48)))
        #expect(pss.data(digest) == digest)
        pss.withPointer { mechanism in
            #expect(mechanism.pointee.mechanism == 0xD)
            let parameters = mechanism.pointee.pParameter.load(as: CK_RSA_PKCS_PSS_PARAMS.self)
            #expect(parameters.hashAlg == 0x260 && parameters.mgf == 3 && parameters.sLen == 48)
        }
        #expect(SigningMechanism(for: curve, hash: .sha256, padding: .pkcs1) == nil)
        #expect(SigningMechanism(for: rsa, hash: .sha256, padding: .none) == nil)
    }
}
