import Basics
import Fleet
import PKI
import RotationModel

/// The local socket's questions: whether a broker is to let a device in, and which certificates were revoked since it asked last.
struct LocalRoutes: Sendable {
    let authorization: DeviceAuthorization
    let inventory: LiveInventory

    /// The most revocations in one answer.
    private static let page = 10_000
    private static let largestQuestion = 64 * 1024

    func respond(to request: GateRequest, _ rules: GateRules, at now: Timestamp) throws -> GateResponse {
        switch request.path {
        case "/authorise":
            guard request.method == "POST" else { return GateRouter.notAllowed(["POST"]) }
            return try authorise(request, rules, at: now)
        case "/revoked":
            guard request.method == "GET" || request.method == "HEAD" else {
                return GateRouter.notAllowed(["GET", "HEAD"])
            }
            return try revoked(request, at: now)
        default: throw Problem.notFound
        }
    }

    // MARK: Whether a device is let in

    /// `{"fingerprint": …}` or `{"certificate": PEM}`, and perhaps `"account"`: whether the device may use another server now. That it holds
    /// the certificate's key, the other server has to have seen.
    private func authorise(_ request: GateRequest, _ rules: GateRules, at now: Timestamp) throws -> GateResponse {
        try MediaType.limit(request, to: LocalRoutes.largestQuestion)
        let (fingerprint, scope) = try question(request.body)
        let (verdict, records) = try authorization.judge(fingerprint, .connection, rules, scope, at: now)
        var json = JSONWriter(reservingCapacity: 256)
        var refusal: String?
        json.object { json in
            switch verdict {
            case .allow(let record):
                json.member("allow", true)
                json.member("device", record.device.text)
                json.member("account", record.account.text)
            case .refuse(let code, let sentence):
                refusal = code.rawValue
                json.member("allow", false)
                json.member("code", code.rawValue)
                json.member("detail", sentence)
                // Of a certificate that several present, nobody knows whose it is here.
                if records.count == 1 { json.member("device", records[0].device.text) }
            }
        }
        json.newline()
        return GateResponse(
            200, headers: [("content-type", "application/json")], body: json.drain(), refusal: refusal)
    }

    private func question(_ body: [UInt8]) throws(Problem) -> (Fingerprint, AccountScope) {
        do throws(RotationError) {
            let json = try FlatJSON(parsing: body, largest: LocalRoutes.largestQuestion)
            let scope: AccountScope
            if let account = json.string("account") {
                scope = .only(try AccountID(account))
            } else {
                guard !json.contains("account") else { throw RotationError(.badInput, "the account is no text") }
                scope = .any
            }
            switch (json.string("fingerprint"), json.string("certificate")) {
            case (let hex?, nil):
                guard let fingerprint = Fingerprint(hex: hex.filter { $0 != ":" }) else {
                    throw RotationError(
                        .badInput, "the fingerprint is not a SHA-256 in hexadecimal", advice: "give 64 digits")
                }
                return (fingerprint, scope)
            case (nil, let pem?):
                return (try Certificate(inFieldReading: Array(pem.utf8)).fingerprint, scope)
            case (nil, nil), (_?, _?):
                throw RotationError(
                    .badInput, "the question does not name one certificate",
                    advice: "give either a fingerprint or a certificate, as text")
            }
        } catch {
            throw Problem(400, "malformed", error.description)
        }
    }

    // MARK: What was revoked

    /// `{"revoked": […], "next": N, "more": …}`: ask again with `after=N`. Each request begins with 0 where a broker keeps nothing.
    private func revoked(_ request: GateRequest, at now: Timestamp) throws -> GateResponse {
        let after = try LocalRoutes.number(in: request.query)
        let (found, newest) = try inventory.read(at: now) { view in
            (try view.revocations(after: after, limit: LocalRoutes.page), try view.newestRevocation())
        }
        guard after <= newest else {
            throw Problem(
                400, "unknown-number",
                "the registry has no revocation with the number \(after): it is another than the one that was asked before; begin again with after=0"
            )
        }
        let next = found.last?.number ?? after
        var json = JSONWriter(reservingCapacity: 64 + found.count * 67)
        json.object { json in
            json.key("revoked")
            json.array { json in found.forEach { json.value($0.fingerprint.hex) } }
            json.member("next", Int(next))
            json.member("more", next < newest)
        }
        json.newline()
        return GateResponse(200, headers: [("content-type", "application/json")], body: json.drain())
    }

    /// - Parameter query: `after=N`, or nothing for 0.
    private static func number(in query: String?) throws(Problem) -> Int64 {
        guard let query, !query.isEmpty else { return 0 }
        let digits = query.utf8.starts(with: "after=".utf8) ? query.dropFirst(6) : ""
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else {
            throw Problem(
                400, "malformed", "the query is not after=N with a number that an earlier answer gave as next")
        }
        return number
    }
}
