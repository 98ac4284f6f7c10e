// SPDX-License-Identifier: Apache-2.0

extension TiledTree {
    /// Reads and takes tiles.
    ///
    /// - Parameters:
    ///   - paths: What ``missingTiles(forInclusionOf:)`` or its like named.
    ///   - read: Gives a stored tile, or the full one that replaced it.
    /// - Throws: ``TileError`` and what `read` throws.
    public mutating func load(
        _ paths: [TilePath],
        reading read: (TilePath) throws -> [UInt8]
    ) throws {
        for path in paths { try supply(Tile(path, parsing: read(path))) }
    }

    /// Reads and takes tiles, asynchronously.
    ///
    /// - Parameters:
    ///   - paths: What ``missingTiles(forInclusionOf:)`` or its like named.
    ///   - read: Gives a stored tile, or the full one that replaced it.
    /// - Throws: ``TileError`` and what `read` throws.
    public mutating func load(
        _ paths: [TilePath],
        reading read: (TilePath) async throws -> [UInt8]
    ) async throws {
        for path in paths { try supply(Tile(path, parsing: await read(path))) }
    }
}
