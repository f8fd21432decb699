import RotationModel

/// One replacement of one device's certificate, from the first request to its end.
///
/// ``apply(_:)`` is the whole life: runs, dry runs and forecasts go through it, and storage keeps what it says.
///
///     awaiting-csr ⇄ ready → issued → delivered → confirmed → completed
///
/// Each of the first five may end as `cancelled` instead.
package struct Rotation: Hashable, Sendable {
    package typealias Certificate = RowID<CertificateRow>

    /// What a rotation has got to, with what it has by then.
    package enum Stage: Hashable, Sendable {
        /// The device was asked for a CSR.
        case awaitingCSR
        /// There is a key to certify, and a serial number is or was set aside.
        case ready
        /// The replacement is signed and recorded; no manifest that brings it was published yet.
        case issued(Certificate)
        /// The device can fetch the replacement.
        case delivered(Certificate)
        /// The device proved that it holds the replacement's key; both certificates authenticate until the overlap is over.
        case confirmed(Certificate)
        /// It ended with the device on its replacement, or beyond.
        case completed(Certificate)
        /// It was given up: the certificate that it was to replace is no longer the one to replace, or its replacement is not to be
        /// used. Nil where nothing was signed.
        case cancelled(Certificate?)
    }

    /// The certificate that is replaced.
    package let original: Certificate
    package private(set) var stage: Stage

    package init(of original: Certificate, stage: Stage) {
        self.original = original
        self.stage = stage
    }

    /// The certificate that takes the place of ``original``; nil until one was issued.
    package var replacement: Certificate? {
        switch stage {
        case .awaitingCSR, .ready: nil
        case .issued(let new), .delivered(let new), .confirmed(let new), .completed(let new): new
        case .cancelled(let new): new
        }
    }

    package var state: RotationState {
        switch stage {
        case .awaitingCSR: .awaitingCSR
        case .ready: .ready
        case .issued: .issued
        case .delivered: .delivered
        case .confirmed: .confirmed
        case .completed: .completed
        case .cancelled: .cancelled
        }
    }

    // MARK: What may be begun beside it

    /// Whether its device was given a replacement that it has not confirmed.
    package var isUnconfirmed: Bool {
        switch stage {
        case .issued, .delivered: true
        case .awaitingCSR, .ready, .confirmed, .completed, .cancelled: false
        }
    }

    /// Whether nothing is signed yet, so that asking and issuing go on with it.
    package var isUnsigned: Bool { stage == .awaitingCSR || stage == .ready }

    /// Whether its device may be asked, or be issued another certificate, now.
    ///
    /// - Parameter supersedes: whether it was decided that another certificate takes the place of the replacement, confirmed or not.
    package func admitsReplacement(supersedes: Bool) -> Bool {
        switch stage {
        case .awaitingCSR, .ready: true
        case .issued, .delivered, .confirmed: supersedes
        case .completed, .cancelled: true
        }
    }

    /// Whether a replacement of this certificate goes on with this rotation; else it begins another.
    package func isContinued(byReplacing certificate: Certificate) -> Bool { isUnsigned && original == certificate }
}

/// Where a rotation stands, by the stable names of records and reports.
package enum RotationState: String, Sendable, CaseIterable {
    case awaitingCSR = "awaiting-csr"
    case ready
    case issued
    case delivered
    case confirmed
    case completed
    /// Given up: the certificate that it was to replace is no longer the one to replace, or its replacement is not to be used.
    case cancelled
}

extension Rotation {
    /// A rotation as storage has it.
    ///
    /// - Throws: ``RotationError/Code/inventory`` where a state has no replacement that must have one, or has one that cannot.
    package init(state: RotationState, original: Certificate, replacement: Certificate?) throws(RotationError) {
        let stage: Stage? =
            switch (state, replacement) {
            case (.awaitingCSR, nil): .awaitingCSR
            case (.ready, nil): .ready
            case (.issued, let new?): .issued(new)
            case (.delivered, let new?): .delivered(new)
            case (.confirmed, let new?): .confirmed(new)
            case (.completed, let new?): .completed(new)
            case (.cancelled, let new): .cancelled(new)
            default: nil
            }
        guard let stage else {
            throw RotationError(
                .inventory,
                "a rotation that is \(state.rawValue) has \(replacement == nil ? "no" : "a") replacement certificate")
        }
        self.init(of: original, stage: stage)
    }
}
