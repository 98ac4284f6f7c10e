// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Lends an empty folder and removes it afterwards.
///
/// - Parameter inMemory: Where there may be thousands of syncs, which say nothing in a test.
func withFolder<Result>(
    inMemory: Bool = false,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let folder = try makeFolder(inMemory: inMemory)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Lends an empty folder and removes it afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

private func makeFolder(inMemory: Bool = false) throws -> String {
    let memory = "/dev/shm"
    let isThere = inMemory && FileManager.default.isWritableFile(atPath: memory)
    let folder = (isThere ? memory : NSTemporaryDirectory()) + "/saksi-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
}

/// Whether small file systems can be mounted here: only as root, and not in every sandbox.
let mayMount: Bool = {
    guard getuid() == 0 else { return false }
    return (try? withSmallDiskSync { _ in true }) ?? false
}()

/// Lends a file system of 800 KiB.
func withSmallDisk(_ body: (String) async throws -> Void) async throws {
    try await withFolder { folder in
        try run("mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", folder)
        defer { try? run("umount", "-l", folder) }
        try await body(folder)
    }
}

private func withSmallDiskSync(_ body: (String) throws -> Bool) throws -> Bool {
    try withFolder { folder in
        try run("mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", folder)
        defer { try? run("umount", "-l", folder) }
        return try body(folder)
    }
}

/// A program ended with another status than 0.
struct ProgramFailed: Error {
    let program: String
}

/// Runs a program.
func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ProgramFailed(program: program) }
}
