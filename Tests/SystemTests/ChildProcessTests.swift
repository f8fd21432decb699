import Glibc
import RotationTesting
import Testing

@Suite("Other programs")
struct ChildProcessTests {
    @Test("A program has its three standard streams, and no other file that this process has open")
    func files() throws {
        let inheritable = open("/dev/null", O_RDONLY)
        try #require(inheritable > 2)
        defer { close(inheritable) }
        let listed = try ExternalProgram.run(["/bin/sh", "-c", "for file in /proc/$$/fd/*; do echo ${file##*/}; done"])
        #expect(listed.status == 0)
        let numbers = Set(listed.text.split(separator: "\n").compactMap { Int32($0) })
        #expect(numbers.isSuperset(of: [0, 1, 2]) && !numbers.contains(inheritable), "\(numbers)")
    }

    @Test("A program that a signal ended is told of as shells do, and what it said is kept")
    func signal() throws {
        let ended = try ExternalProgram.run(["/bin/sh", "-c", "echo said; echo complained >&2; kill -9 $$"])
        #expect(ended.status == 128 + SIGKILL && ended.text == "said\n" && ended.errors == "complained\n")
    }

    @Test("A program that reads nothing, and one that writes more than a pipe takes, both come to their end")
    func pipes() throws {
        let input = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(try ExternalProgram.run(["true"], input: input).status == 0)
        let copied = try ExternalProgram.run(["/bin/sh", "-c", "tee /dev/stderr"], input: input)
        #expect(copied.output == input && copied.errors.utf8.count == input.count)
    }
}
