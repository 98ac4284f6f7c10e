// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The parser that `SAKSI_FUZZ_TARGET` names.
private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["SAKSI_FUZZ_TARGET"]
    if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
}()

/// Called by libFuzzer before it reads its corpus: puts the seeds into `SAKSI_FUZZ_SEEDS`.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutableRawPointer,
    _ arguments: UnsafeMutableRawPointer
) -> CInt {
    let name = target.name
    guard let folder = ProcessInfo.processInfo.environment["SAKSI_FUZZ_SEEDS"] else { return 0 }
    do {
        for (number, seed) in try target.seeds().enumerated() {
            let file = URL(fileURLWithPath: folder).appending(path: "\(name)-\(number)")
            try Data(seed).write(to: file)
        }
    } catch {
        fatalError("no seeds for \(name): \(error)")
    }
    return 0
}

/// The fuzzing loop of libFuzzer; gives the exit status.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
private enum Program {
    static func main() {
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments) { unsafe testOneInput($0, $1) })
    }
}

/// Takes each input; libFuzzer's own entry point refers to it by this name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do {
        try target.run(input)
    } catch {
        // An error is what hostile input is answered with; its text is made from the input too.
        precondition(!"\(error)".isEmpty)
    }
    return 0
}
