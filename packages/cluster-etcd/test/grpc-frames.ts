/** How an answer in gRPC begins. */
export const grpc = { ":status": 200, "content-type": "application/grpc" };

/** The head of a message in gRPC. */
export function head(length: number, flags = 0): Buffer {
  const bytes = Buffer.alloc(5, flags);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
