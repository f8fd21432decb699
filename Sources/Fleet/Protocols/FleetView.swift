/// The fleet as it stood at one moment: what deciding and taking in ask. Valid within ``FleetStore/planningSnapshot(_:)`` alone.
///
/// Reads stream where the fleet could be large: memory does not grow with it. All of it sees one state, whatever is written meanwhile.
package protocol FleetView: DevicesView, DueDevicesView, CertificatesView, KeysView, RevocationsView, RolloutsView,
    AdmissionView
{}
