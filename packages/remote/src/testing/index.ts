// For those who write transports
export { type TransportCase, type TransportPair, transportConformance } from "./transport-conformance.ts";
