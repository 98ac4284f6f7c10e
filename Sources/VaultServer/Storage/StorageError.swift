// SPDX-License-Identifier: Apache-2.0

/// Why a storage operation did not happen.
public struct StorageError: Error, Hashable, Sendable {
    /// What went wrong, as far as a caller can act on it.
    public enum Code: Hashable, Sendable {
        /// Nothing is stored under the key.
        case missing
        /// Other bytes are stored under a create-only key: an alarm, never an everyday event.
        case conflict
        /// The stored thing ends before the range that was asked for.
        case outOfRange
        /// No space, or no quota, is left on the device. Nothing half-written stays.
        case full
        /// The file system does not allow writing.
        case readOnly
        /// The process may not touch the file.
        case denied
        /// Another process holds the folder.
        case inUse
        /// The folder does not exist.
        case noFolder
        /// The stored bytes are not what this program would have written.
        case damaged
        /// Any other failure of the operating system or network.
        case failed
        /// The store has been closed.
        case closed
    }

    /// What went wrong.
    public let code: Code
    /// The path or folder it concerns.
    public let path: String
    /// The operation that failed, with the operating system's words where there are any.
    public let detail: String

    /// Describes a failure.
    public init(_ code: Code, path: String, detail: String = "") {
        self.code = code
        self.path = path
        self.detail = detail
    }
}

extension StorageError: CustomStringConvertible {
    /// The message a person reads.
    public var description: String {
        let reason =
            switch code {
            case .missing: "is missing"
            case .conflict: "is already stored with other bytes"
            case .outOfRange: "is shorter than expected"
            case .full: "could not be written: no space left"
            case .readOnly: "could not be written: read-only file system"
            case .denied: "may not be accessed"
            case .inUse: "is in use by another process"
            case .noFolder: "is not an existing folder"
            case .damaged: "is damaged"
            case .failed: "failed"
            case .closed: "is closed"
            }
        return "\"\(path)\" \(reason)" + (detail.isEmpty ? "" : " (\(detail))")
    }
}
