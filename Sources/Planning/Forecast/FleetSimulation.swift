import Fleet
import Policy
import RotationModel

/// Lets one run a day work on devices that answer at once.
///
/// What each run does is decided by the same evaluation and held back by the same limits as in a real one. A device is only looked at
/// on days on which something can happen to it, and is in memory only if that is within the forecast.
///
/// A class, so that closures over it copy nothing.
final class FleetSimulation {
    let start: Planner
    let limits: RunLimits
    let dates: [Timestamp]
    let sharedKeys: Set<KeyIdentity>
    let endings: AuthorityEndings
    var selections: SelectionCache
    var supposed: SupposedFleet
    var ledger: ForecastLedger
    var devices: [ForecastDevice] = []
    /// The devices to look at, by day.
    var calendar: [[Int32]]
    var uncovered = 0
    private let isGateInUse: Bool
    let schedule: ForecastSchedule
    /// The day on which each device is looked at next; -1 where none is. What the calendar has besides is out of date.
    private var nextLook: [Int32] = []
    /// What a limit held back, and nothing changes before its device is looked at again.
    private var backlog: Backlog

    /// - Parameter planner: as a dry run for the first day has it.
    init(_ planner: Planner, days: Int, limits: RunLimits) throws {
        start = planner
        self.limits = limits
        isGateInUse = try planner.isGateInUse()
        dates = (0..<days).map { planner.at + .days(Int64($0)) }
        sharedKeys = try planner.snapshot.sharedKeys()
        endings = try AuthorityEndings(planner.authorities, planner.snapshot, at: planner.at)
        selections = SelectionCache(policies: planner.policies, snapshot: planner.snapshot)
        supposed = SupposedFleet(planner)
        backlog = Backlog(policies: planner.policies.policies.count)
        schedule = ForecastSchedule(planner.policies, dates: dates)
        ledger = ForecastLedger(planner.policies, limits: limits, dates: dates)
        calendar = Array(repeating: [], count: days)
    }

    /// Reads the fleet, and keeps the devices to which something happens.
    func load() throws {
        var reached = start.revocations.reached
        var ambiguities = Ambiguities()
        let first = planner(on: 0)
        try start.snapshot.forEachDeviceWithActiveCertificate { known in
            // What waits in the inbox is in by the first run.
            let taken = start.waiting.confirmed(known, at: start.at)
            var supposed = taken
            supposed.suppose(request: start.waiting.request(of: taken))
            var device = ForecastDevice(
                supposed, reached.removeValue(forKey: taken.row) ?? [], contact: try start.contact(of: taken),
                at: start.at)
            if device.reached.isEmpty, device.device.rotation == nil, let current = device.device.active.first {
                switch try selections.select(for: device.device, current: current) {
                case .none:
                    uncovered += 1
                    return
                case .ambiguous(let indices):
                    ambiguities.add(device.device.id, indices.map { first.policies.policies[$0] })
                    return
                case .one(let index):
                    device.policy = index
                    guard try evaluate(device, index, on: first).decisions().isEmpty else { break }
                    schedule(device, on: nextDay(for: &device, after: 0))
                    return
                }
            }
            schedule(device, on: 0)
        }
        try ambiguities.throwIfAny()
    }

    func run() throws {
        for day in dates.indices { try run(day) }
    }

    // MARK: One run

    private func run(_ day: Int) throws {
        let planner = planner(on: day)
        var decisions: [Decision] = []
        // The devices that the rows are of, and each device once.
        var owners: [Int32] = []
        var found: [Int32] = []
        let places = takeCalendar(of: day)
        backlog.remove(places)
        for place in places {
            guard let rows = try look(at: &devices[Int(place)], day, planner) else { continue }
            if rows.isEmpty {
                reschedule(place, nextDay(for: &devices[Int(place)], after: day))
                continue
            }
            found.append(place)
            owners += repeatElement(place, count: rows.count)
            decisions += rows
        }
        let closures = schedule.closures(at: planner.at)
        let waiting = takeFromBacklog(closures) { decision, place in
            devices[Int(place)].begin()
            found.append(place)
            owners.append(place)
            decisions.append(decision)
        }
        let order = FleetSimulation.order(of: decisions, owners)
        owners = order.map { owners[$0] }
        decisions.reorder(order)
        Rollout.hold(
            &decisions, policies: planner.policies, state: RolloutState(), at: planner.at, closures: closures,
            limit: limits.issue)
        ledger.enter(day: day, decisions, waiting: waiting) { devices[Int(owners[$0])].origin(of: decisions[$0]) }
        for (decision, place) in zip(decisions, owners) {
            try devices[Int(place)].carryOut(decision, at: planner.at, &supposed)
            keep(decision, of: place, at: planner.at)
        }
        backlog.settle()
        for place in found.sorted() where !backlog.contains(place) {
            reschedule(place, nextDay(for: &devices[Int(place)], after: day))
        }
    }

    /// What waited, as far as today's limits could let it through.
    ///
    /// - Returns: by policy, how many rows wait on.
    private func takeFromBacklog(_ closures: [RolloutClosure?], _ body: (Decision, Int32) -> Void) -> [Int] {
        start.policies.policies.indices.map { index in
            let policy = start.policies.policies[index]
            // Windows hold rows for reasons of their own, and waves count them: then all have to be there.
            let isHeldByLimitsAlone = policy.rollout.waves == nil && closures[index] == nil
            let most = isHeldByLimitsAlone ? min(policy.perRun ?? .max, limits.issue) : .max
            return backlog.take(most, ofPolicy: index, body)
        }
    }

    /// Where the rows stand by ``Decision/isMoreUrgent(_:_:)``. Devices are read in the order of their ids, so that most rows are
    /// told apart without a look at their texts.
    private static func order(of decisions: [Decision], _ owners: [Int32]) -> [Int] {
        struct Key {
            let isRevocation: Bool
            let notAfter: Timestamp
            let owner: Int32
            let place: Int
        }
        let keys = decisions.indices.map {
            Key(
                isRevocation: decisions[$0].revocation != nil, notAfter: decisions[$0].notAfter, owner: owners[$0],
                place: $0)
        }
        return keys.sorted { left, right in
            if left.isRevocation != right.isRevocation { return left.isRevocation }
            if left.notAfter != right.notAfter { return left.notAfter < right.notAfter }
            if left.owner != right.owner { return left.owner < right.owner }
            return Decision.isMoreUrgent(decisions[left.place], decisions[right.place])
        }.map(\.place)
    }

    /// What a run decides for one device, after its answers of the day before have come in; nil where nothing can happen to it any more.
    ///
    /// Devices are handed about where they stand: each is looked at hundreds of times, and a copy of what is known of it costs more than a
    /// decision.
    private func look(at device: inout ForecastDevice, _ day: Int, _ planner: Planner) throws -> [Decision]? {
        if day > 0 { device.answer(at: planner.at, &supposed) }
        device.begin()
        device.keepContact(at: planner.at)
        device.revoke(planner.revocations, at: planner.at)
        guard let current = device.device.active.first else { return nil }
        switch try selections.select(for: device.device, current: current) {
        case .none:
            if day == 0 { uncovered += 1 }
            return nil
        case .ambiguous(let indices):
            var ambiguities = Ambiguities()
            ambiguities.add(device.device.id, indices.map { planner.policies.policies[$0] })
            try ambiguities.throwIfAny()
            return nil
        case .one(let index):
            device.policy = index
            let decisions = try evaluate(device, index, on: planner).decisions()
            if decisions.isEmpty { device.settle(at: planner.at) }
            return decisions
        }
    }

    /// Queues a row that a limit held back, until a date passes that could change it.
    private func keep(_ decision: Decision, of place: Int32, at: Timestamp) {
        guard let hold = decision.hold, hold.reason.code == .rate, let replacement = hold.held.replacement,
            devices[Int(place)].reached.isEmpty
        else { return }
        var released = decision
        released.action = hold.held
        backlog.add(released, ofPolicy: replacement.policy, of: place)
        // One that was taken out and came back has its day already.
        guard nextLook[Int(place)] < 0 else { return }
        let authority = start.policies.policies[replacement.policy].profile.authority
        let dates = [
            devices[Int(place)].nextEvent(after: at, start.policies, start.revocations),
            start.authorities.end(of: authority),
        ]
        // Without any such date nothing can change it any more.
        reschedule(place, dates.compactMap { $0 }.min().flatMap { self.day(of: $0) })
    }

    private func evaluate(_ device: ForecastDevice, _ policy: Int, on planner: Planner) -> DeviceEvaluation {
        DeviceEvaluation(
            planner: planner, device: device.device, policyIndex: policy, sharedKeys: sharedKeys, endings: endings,
            revocations: DeviceRevocations(
                device.reached, active: device.device.active, of: planner.revocations, at: planner.at),
            wording: .codes, hasNames: device.named == policy)
    }

    /// The planner of that day: devices' answers are in the devices themselves.
    private func planner(on day: Int) -> Planner {
        Planner(
            policies: start.policies, authorities: start.authorities, at: dates[day], snapshot: start.snapshot,
            waiting: WaitingRequests(), revocations: start.revocations, keyName: start.keyName, isGateInUse: isGateInUse
        )
    }

    // MARK: The calendar

    private func schedule(_ device: ForecastDevice, on day: Int?) {
        guard let day else { return }
        devices.append(device)
        nextLook.append(-1)
        reschedule(Int32(devices.count - 1), day)
    }

    private func reschedule(_ place: Int32, _ day: Int?) {
        nextLook[Int(place)] = Int32(day ?? -1)
        if let day { calendar[day].append(place) }
    }

    /// The devices to look at today, each once: a device that was given another day since may stand there twice.
    private func takeCalendar(of day: Int) -> [Int32] {
        defer { calendar[day] = [] }
        return calendar[day].filter { place in
            guard nextLook[Int(place)] == day else { return false }
            nextLook[Int(place)] = -1
            return true
        }
    }

    /// The first day after this one on which something can happen to the device; nil where that is not within the forecast.
    private func nextDay(for device: inout ForecastDevice, after day: Int) -> Int? {
        let time: Timestamp?
        switch device.progress {
        case .moved: time = dates[day]
        case .blocked: time = nil
        case .waiting: time = device.nextEvent(after: dates[day], start.policies, start.revocations)
        }
        guard let next = time.flatMap({ self.day(of: $0) }) else { return nil }
        return max(day + 1, next) < dates.count ? max(day + 1, next) : nil
    }

    /// The first day whose run comes at that time or after it; nil where that is not within the forecast.
    private func day(of time: Timestamp) -> Int? {
        let seconds = max(0, (time - dates[0]).seconds)
        let day = Int(clamping: (seconds + 86_399) / 86_400)
        return day < dates.count ? day : nil
    }
}

extension Array {
    /// Puts the elements in another order without a copy of any.
    ///
    /// - Parameter order: For each place, where its element stands now; each place once.
    fileprivate mutating func reorder(_ order: [Int]) {
        var sources = order
        // An array's own `swapAt` copies.
        withUnsafeMutableBufferPointer { elements in
            for place in elements.indices {
                var source = sources[place]
                // What stood there may have been moved on by an earlier swap.
                while source < place { source = sources[source] }
                sources[place] = source
                elements.swapAt(place, source)
            }
        }
    }
}
