import Fleet
import RotationModel

/// Which devices handed a key in. A key of two devices is neither's: both are refused, whichever was read first. Only a signature tells a
/// device from somebody who copied its CSR.
struct KeyClaims {
    /// A CSR with the key.
    struct Claim {
        let deviceRow: Int64
        let device: DeviceID
        let proof: RequestProof
        /// Among the readings that are judged now; nil for one that is recorded.
        fileprivate(set) var place: Int?
        /// In which batch it was judged; what is of an earlier one is recorded by now.
        fileprivate let batch: Int
        let context: IntakeContext?
        /// Whether it was refused for another's sake already.
        fileprivate(set) var isLost = false
    }

    private var claims: [KeyIdentity: [Claim]] = [:]

    /// Claims are not gone through at each batch: an inbox may have very many.
    private var batch = 0

    /// From here on, what was claimed before is recorded.
    mutating func beginBatch() { batch += 1 }

    /// - Returns: whether the request may be kept, and those of others that may not any more.
    mutating func add(
        _ request: TakenRequest, _ context: IntakeContext, at place: Int, _ snapshot: any FleetView
    ) throws -> (isWon: Bool, losers: [Claim]) {
        let key = request.keyIdentity
        var known = claims[key] ?? []
        for held in try snapshot.requests(withKey: key, otherThan: request.deviceRow)
        where !known.contains(where: { $0.deviceRow == held.deviceRow }) {
            known.append(
                Claim(
                    deviceRow: held.deviceRow, device: held.device, proof: held.proof, place: nil, batch: batch,
                    context: nil))
        }
        let isProved = request.proof.isProof
        let rivals = known.indices.filter { known[$0].deviceRow != request.deviceRow }
        let isWon = isProved ? !rivals.contains { known[$0].proof.isProof } : rivals.isEmpty
        var losers: [Claim] = []
        for rival in rivals where !known[rival].isLost && (isProved || !known[rival].proof.isProof) {
            var loser = known[rival]
            if loser.batch != batch { loser.place = nil }
            losers.append(loser)
            known[rival].isLost = true
        }
        known.append(
            Claim(
                deviceRow: request.deviceRow, device: request.device, proof: request.proof, place: place, batch: batch,
                context: context, isLost: !isWon))
        claims[key] = known
        return (isWon, losers)
    }
}
