import COpenSSL
import RotationModel

/// OpenSSL's error queue of this thread, turned into values.
///
/// A function that calls OpenSSL clears the queue first, so that what it drains after a failure is its own.
enum OpenSSLErrors {
    static func clear() { ERR_clear_error() }

    /// Empties the queue and appends its reasons to the message.
    static func failure(
        _ code: RotationError.Code, _ message: String, at place: String = "", advice: String = ""
    ) -> RotationError {
        let reasons = drain()
        let text = reasons.isEmpty ? message : "\(message) (OpenSSL: \(reasons.joined(separator: ", ")))"
        return RotationError(code, text, at: place, advice: advice)
    }

    /// The reasons in the order in which they arose, without repetitions.
    static func drain() -> [String] { reasons(of: drainCodes()) }

    /// The errors' codes, in the order in which they arose.
    static func drainCodes() -> [UInt] {
        var codes: [UInt] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return codes }
            codes.append(code)
        }
    }

    /// Whether an algorithm was asked for that OpenSSL has not, or not without its legacy provider.
    static func isMissingAlgorithm(_ code: UInt) -> Bool {
        ERR_GET_LIB(code) == ERR_LIB_EVP && ERR_GET_REASON(code) == ERR_R_UNSUPPORTED
    }

    static func reasons(of codes: [UInt]) -> [String] {
        var reasons: [String] = []
        for code in codes {
            let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons
    }
}
