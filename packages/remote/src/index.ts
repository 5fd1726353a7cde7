// For applications

export { BlockList } from "./block-list.ts";
export {
  BlockedByPeerEvent,
  EndpointConnectedEvent,
  EndpointTerminatedEvent,
} from "./endpoint/endpoint-events.ts";
export type { TerminationReason } from "./endpoint/endpoint-state.ts";
export type { ExposeOptions } from "./endpoint/exposed-processes.ts";
export type { RefusalCounts } from "./endpoint/refusals.ts";
export { UndecodedMessage } from "./endpoint/undecoded-message.ts";
export { Remote, type RemoteStats } from "./remote.ts";
export {
  configureRemote,
  type RemoteConfig,
  type RemoteNumbers,
  type RemoteOptions,
  remoteDefaults,
} from "./remote-config.ts";
export { RemoteError, type RemoteErrorCode } from "./remote-error.ts";
export type { RemoteShutdownOptions } from "./remote-shutdown.ts";
export type { RemoteSpawnOptions, SpawnPlace } from "./spawn/spawn-at.ts";
export type { GrpcTransportOptions, TlsIdentity } from "./transport/grpc/grpc-options.ts";
export { GrpcTransport } from "./transport/grpc/grpc-transport.ts";
export { InMemoryNetwork, type InMemoryNetworkOptions } from "./transport/in-memory-network.ts";
// For those who write transports
export { SilenceError } from "./transport/silence-error.ts";
export {
  type Connection,
  type ConnectionHandlers,
  type ConnectOptions,
  type HostAndPort,
  type InboundConnection,
  type Listener,
  parseAddress,
  type Transport,
  type TransportPeer,
} from "./transport/transport.ts";
// For those who write message codecs
export { ByteReader } from "./wire/byte-reader.ts";
export { ByteWriter } from "./wire/byte-writer.ts";
export { type MessageCodec, protobufCodec, type SerializerId } from "./wire/message-codec.ts";
export { MessageReader } from "./wire/message-reader.ts";
export type { PackedMessage } from "./wire/packed-message.ts";
export type { KnownBy, TypeOptions, TypeRegistry } from "./wire/type-registry.ts";
export type { HasWireForm } from "./wire/wire-form.ts";
