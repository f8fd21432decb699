import RotationModel

/// The rows of one device, as they come in.
struct PlanningGroup {
    /// Of the columns, the first that is the device's: those of a certificate stand before it.
    static let firstColumn: CInt = 13

    let row: Int64
    private var active: [PlanningCertificate] = []
    private var pending: [PlanningCertificate] = []
    private let id: DeviceID
    private let account: Int64
    private let labelSet: Int64
    private let refused: String?
    private let rotation: OpenRotation?
    private let request: WaitingRequest?
    private let toldRefusal: String?
    private let lastSeen: Timestamp?

    init(_ result: ResultRow, first: PlanningCertificate) throws {
        let column = PlanningGroup.firstColumn
        row = result.integer(column)
        id = DeviceID(checked: result.text(column + 1))
        account = result.integer(column + 2)
        labelSet = result.integer(column + 3)
        refused = result.optionalText(column + 4)
        request =
            result.isNull(column + 5)
            ? nil
            : try WaitingRequest(result, from: column + 5)
        toldRefusal = result.optionalText(column + 10)
        rotation = result.isNull(column + 11) ? nil : try OpenRotation(result, from: column + 11)
        lastSeen = result.optionalTime(column + 21)
        add(first)
    }

    mutating func add(_ certificate: PlanningCertificate) {
        if certificate.status == .active { active.append(certificate) } else { pending.append(certificate) }
    }

    /// Nil where none of the certificates is `ACTIVE`.
    var device: PlanningDevice? {
        if active.isEmpty { return nil }
        return PlanningDevice(
            row: row, id: id, account: account, labelSet: labelSet, active: PlanningGroup.sorted(active),
            pending: PlanningGroup.sorted(pending), rotation: rotation, request: request, refused: refused,
            toldRefusal: toldRefusal, lastSeen: lastSeen)
    }

    private static func sorted(_ certificates: [PlanningCertificate]) -> [PlanningCertificate] {
        certificates.count < 2 ? certificates : certificates.sorted(by: PlanningCertificate.isBefore)
    }
}

extension WaitingRequest {
    /// What ``init(_:from:)`` takes, of requests `q`.
    static let columns = "q.key_fingerprint, q.key_identity, q.algorithm, q.received_at, q.proof"

    init(_ result: ResultRow, from column: CInt) throws {
        self.init(
            publicKey: try result.key(column, column + 1), algorithm: KeyAlgorithm(result.text(column + 2)),
            proof: try result.value(column + 4), receivedAt: result.time(column + 3))
    }
}

extension OpenRotation {
    /// What ``init(_:from:)`` takes, of rotations `r`.
    static let columns = """
        r.id, r.state, r.reason_code, r.reason_text, r.old_certificate, r.new_certificate, r.issued_at, r.delivered_at,
          r.confirmed_at, r.revocation
        """

    init(_ result: ResultRow, from column: CInt) throws {
        row = result.integer(column)
        rotation = try result.rotation(state: column + 1, original: column + 4, replacement: column + 5)
        reason = Reason(try result.value(column + 2), result.text(column + 3))
        issuedAt = result.optionalTime(column + 6)
        deliveredAt = result.optionalTime(column + 7)
        confirmedAt = result.optionalTime(column + 8)
        revocation = result.optionalInteger(column + 9)
    }
}
