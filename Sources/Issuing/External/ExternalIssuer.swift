import Basics
import PKI
import RotationModel
import System

/// An authority whose key this job does not have: a program is asked for its certificates.
///
/// The program is started with the first request, serves the whole run, and is asked again what it could not answer.
package actor ExternalIssuer {
    package nonisolated let name: String
    package nonisolated let certificate: Certificate
    package nonisolated let chain: [Certificate]
    private let issuer: IssuerConfiguration
    private let folder: String
    private let observer: any RunObserver
    private let backOff: BackOff
    private var process: IssuerProcess?

    /// What came of a batch.
    package struct Issued: Sendable {
        /// One an order, in their order; nil where ``failure`` came first.
        package var results: [Result<CheckedCertificate, RotationError>?]
        /// Why nothing more can be asked. What was answered before stands.
        package var failure: RotationError?
    }

    /// - Parameter folder: the program's working folder.
    /// - Throws: ``RotationError/Code/keyUnavailable`` where there is no such program. It is not started yet.
    init(
        _ entry: AuthorityDirectory.Entry, issuer: IssuerConfiguration, folder: String, observer: any RunObserver,
        backOff: BackOff = BackOff()
    ) throws(RotationError) {
        name = entry.configuration.name
        certificate = entry.certificate
        chain = entry.chain
        (self.issuer, self.folder, self.observer, self.backOff) = (issuer, folder, observer, backOff)
        if let obstacle = issuer.obstacle {
            throw RotationError(
                .keyUnavailable, obstacle, at: "authority \(entry.configuration.name)",
                advice: "correct `command` in \(entry.configuration.place)")
        }
    }

    /// Asks for a batch of certificates.
    package func issue(_ orders: [IssuerOrder], check: AnswerCheck) async throws -> Issued {
        var work = Work(orders: orders, check: check)
        for tries in 1...issuer.tries {
            for chunk in work.open.chunked(by: issuer.batch) where work.interruption == nil {
                ask(chunk, &work)
            }
            if work.failure != nil || work.open.isEmpty { break }
            if tries == issuer.tries {
                giveUp(&work)
            } else {
                work.interruption = nil
                try await backOff.wait(after: tries)
            }
        }
        return Issued(results: work.results, failure: work.failure)
    }

    /// Lets the program end.
    func end() {
        guard let process else { return }
        self.process = nil
        let ending = process.stop(within: .seconds(5))
        if !ending.isGood { observer.warn("authority \(name): its issuer had answered everything; then \(ending)") }
    }

    // MARK: One exchange

    /// A batch while it is worked on.
    private struct Work {
        let orders: [IssuerOrder]
        let check: AnswerCheck
        var results: [Result<CheckedCertificate, RotationError>?]
        /// Of each order that was refused for now, why.
        var refusals: [Int: IssuerRefusal] = [:]
        /// How the program ended before it had answered what it was asked last.
        var interruption: String?
        var failure: RotationError?

        init(orders: [IssuerOrder], check: AnswerCheck) {
            (self.orders, self.check) = (orders, check)
            results = orders.map { _ in nil }
        }

        /// The places of the orders that have no result.
        var open: [Int] { results.indices.filter { results[$0] == nil } }
    }

    /// Asks for some of the orders, and waits until each is answered or no more answers can come.
    private func ask(_ places: ArraySlice<Int>, _ work: inout Work) {
        guard work.failure == nil, let process = running(&work) else { return }
        var waiting: [String: Int] = [:]
        for place in places {
            let id = work.orders[place].id
            waiting[id] = place
            process.send(work.orders[place].line(id: id))
        }
        while !waiting.isEmpty && work.failure == nil {
            switch process.next(within: .seconds(issuer.timeout.seconds)) {
            case .line(let line): take(line, &waiting, &work)
            case .tooLong: work.failure = violation("a line of more than \(IssuerProcess.longestLine) bytes")
            case .silence:
                work.failure = failure(
                    "its issuer has not answered for \(issuer.timeout), with \(waiting.count) requests open",
                    advice:
                        "an issuer answers line by line, without waiting for the end of its input; a slow one needs a longer `issuer: { timeout: … }`"
                )
            case .end(let how):
                self.process = nil
                work.interruption = how.description
                observer.warn("authority \(name): with \(waiting.count) requests open \(how)")
                return
            }
        }
        guard work.failure != nil else { return }
        // Whatever it says now would be taken for an answer to what it is asked next.
        process.stop(within: .zero)
        self.process = nil
    }

    private func running(_ work: inout Work) -> IssuerProcess? {
        if let process { return process }
        do {
            process = try IssuerProcess(issuer, in: folder, log: IssuerLog(authority: name, observer: observer))
        } catch {
            work.failure = failure(
                "its issuer \(issuer.program) cannot be started: \(error.message)", advice: "correct `command`")
        }
        return process
    }

    private func take(_ line: [UInt8], _ waiting: inout [String: Int], _ work: inout Work) {
        let answer: IssuerAnswer
        do {
            answer = try IssuerAnswer(line: line)
        } catch {
            let start = Printable.text(String(decoding: line.prefix(80), as: UTF8.self))
            work.failure = violation("a line that is no answer: \(error.message): \(start)")
            return
        }
        guard let place = waiting.removeValue(forKey: answer.id) else {
            work.failure = violation(
                "an answer to \(Printable.text(answer.id.prefix(64))), which does not wait for one")
            return
        }
        let order = work.orders[place]
        switch answer.content {
        case .refusal(let refusal):
            work.refusals[place] = refusal
            if !refusal.retry { work.results[place] = .failure(refused(order, refusal)) }
        case .certificate(let pem, let chain):
            do {
                work.results[place] = .success(try work.check.certificate(pem, chain: chain, for: order.certificate))
            } catch  where error.code == .badInput {
                work.results[place] = .failure(
                    RotationError(
                        .badInput, error.message, at: "device \(order.device)",
                        advice: "the issuer of authority \(name) cannot certify keys of this kind as they are"))
            } catch {
                work.failure = RotationError(
                    error.code, error.message, at: "authority \(name), device \(order.device)",
                    advice:
                        "nothing of its batch was recorded or published; find out why before the next run. An issuer with a journal gives "
                        + "the same answer again: take it out of the journal too")
            }
        }
    }

    /// After the last try.
    private func giveUp(_ work: inout Work) {
        if let interruption = work.interruption {
            work.failure = failure(
                "its issuer was started \(issuer.tries) times, and \(interruption) with requests open",
                advice: "its own messages are in the log")
            return
        }
        for place in work.open {
            guard let refusal = work.refusals[place] else { continue }
            work.results[place] = .failure(refused(work.orders[place], refusal))
        }
    }

    // MARK: Errors

    private func refused(_ order: IssuerOrder, _ refusal: IssuerRefusal) -> RotationError {
        RotationError(
            .badInput,
            refusal.retry
                ? "authority \(name) could not answer in \(issuer.tries) tries: \(refusal)"
                : "authority \(name) refuses: \(refusal)",
            at: "device \(order.device)")
    }

    private func violation(_ what: String) -> RotationError {
        failure("its issuer sent \(what)", advice: "see docs/issuers.md")
    }

    private func failure(_ message: String, advice: String) -> RotationError {
        RotationError(
            .keyUnavailable, message, at: "authority \(name)",
            advice: "\(advice). What was issued before stands, and the next run goes on from there")
    }
}
