import Foundation
import RotationModel
import RotationTesting
import System

/// Clients that have shaken hands, with a certificate, and then say nothing. They are gone with their owner.
final class HeldConnections {
    private let client: ChildProcess

    /// Returns when all are there.
    ///
    /// - Throws: Where one of them cannot be made.
    init(_ count: Int, port: Int, certificate: String, key: String) throws {
        client = try ChildProcess(
            "python3", ["-c", HeldConnections.program, String(count), String(port), certificate, key], input: .pipe)
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64)
        while client.output.isOpen, said.isEmpty {
            _ = ReadyDescriptors.wait(reading: [client.output])
            switch client.output.read(into: &buffer) {
            case .bytes(let count): said += buffer[..<count]
            case .later: break
            case .end: client.output.close()
            }
        }
        guard !said.isEmpty else {
            throw RotationError(.io, "\(count) connections cannot be made: \(client.waitForEnd())")
        }
    }

    deinit {
        client.input?.close()
        _ = client.waitForEnd()
    }

    private static let program = """
        import resource, socket, ssl, sys
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        held = []
        for _ in range(int(sys.argv[1])):
            one = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))))
            held.append(one)
        print("held", flush=True)
        sys.stdin.read()
        """
}
