/** The one rpc that the transport speaks. */
export const receivePath = "/remote.Remoting/Receive";

/** The codes of gRPC that we say. */
export const grpcStatus = { resourceExhausted: "8", unimplemented: "12", unavailable: "14" } as const;

/** Bytes of a frame that a peer may send before it has said who it is. */
export const strangerFrameBytes: number = 16 * 1024;

/** Bytes that a stranger may have under way on its stream. */
export const strangerFlowControlBytes: number = 64 * 1024;

/** Bytes under way in one direction before the receiver must have taken some. HTTP/2's own 64 KiB would cap a link at 64 KiB for each round trip. */
export const flowControlBytes: number = 16 * 1024 * 1024;

/** Whether a request or response is gRPC with protobuf. */
export function isGrpc(contentType: string | undefined): boolean {
  return contentType === "application/grpc" || contentType === "application/grpc+proto";
}
