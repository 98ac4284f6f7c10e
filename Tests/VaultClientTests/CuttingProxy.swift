// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A relay that cuts every connection once a number of bytes went through: a bad line on demand.
final class CuttingProxy: Sendable {
    private let listener: any Channel
    private let budget: Budget
    private let target: Target

    /// Listens on a free port of this machine.
    static func start() async throws -> CuttingProxy {
        let budget = Budget()
        let target = Target()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                ClientBootstrap(group: channel.eventLoop)
                    .connect(host: "127.0.0.1", port: target.port.load(ordering: .relaxed))
                    .flatMap { upstream in
                        let up = Relay(to: upstream, budget)
                        let down = Relay(to: channel, nil)
                        return channel.pipeline.addHandler(up).and(
                            upstream.pipeline.addHandler(down)
                        ).flatMap { _ in channel.setOption(.autoRead, value: true) }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return CuttingProxy(listener, budget, target)
    }

    private init(_ listener: any Channel, _ budget: Budget, _ target: Target) {
        self.listener = listener
        self.budget = budget
        self.target = target
    }

    /// Says where new connections go.
    func connect(to port: Int) { target.port.store(port, ordering: .relaxed) }

    /// Where it listens.
    var port: Int { listener.localAddress?.port ?? 0 }

    /// Lets this many more bytes through towards the vault, over all connections; `nil` lets all.
    func allow(_ bytes: Int?) { budget.set(bytes) }

    /// Bytes that went through towards the vault.
    var relayed: Int { budget.spent }

    func close() async { try? await listener.close().get() }
}

private final class Target: Sendable {
    let port = Atomic(0)
}

private final class Budget: Sendable {
    private let state = Mutex<(left: Int?, spent: Int)>((nil, 0))

    var spent: Int { state.withLock { $0.spent } }

    func set(_ bytes: Int?) { state.withLock { $0.left = bytes } }

    /// Takes from the budget; `false` when it is used up.
    func take(_ bytes: Int) -> Bool {
        state.withLock { state in
            if let left = state.left {
                guard left > 0 else { return false }
                state.left = left - bytes
            }
            state.spent += bytes
            return true
        }
    }
}

private final class Relay: ChannelInboundHandler, @unchecked Sendable {
    // One event loop owns both channels, and so this handler.
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let budget: Budget?

    init(to other: any Channel, _ budget: Budget?) {
        self.other = other
        self.budget = budget
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard budget?.take(bytes.readableBytes) != false else {
            context.close(promise: nil)
            return
        }
        other.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
