import Delivery

extension Set<String> {
    /// Whether a file is among those that were taken and could not be removed. Most of the time there are none, and nobody spells its mark out.
    func has(_ mark: FileMark?) -> Bool {
        guard !isEmpty, let mark else { return false }
        return contains(mark.text)
    }
}
