// For those who test what peers may send
export { CapturingListener, RawPeer } from "./raw-peer.ts";
// For those who write transports
export { type TransportCase, type TransportPair, transportConformance } from "./transport-conformance.ts";
