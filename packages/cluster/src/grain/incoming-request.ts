import type { Message } from "@bufbuild/protobuf";
import type { MessageCodec } from "@ts-grain/remote";
import type { GrainRequest } from "../gen/cluster/grain_pb.ts";

const nobody: string[] = [];

/** A call as it came, whose request is read where it lies: nothing is made of the bytes in between. */
export class IncomingRequest implements GrainRequest {
  readonly $typeName = "cluster.GrainRequest";
  methodIndex = 0;
  messageTypeName = "";
  methodName = "";
  timeoutMs = 0;
  callers: string[] = nobody;
  cancelId = 0;
  untilMs = 0;
  kind = "";
  identity = "";
  /** Where `messageData` is. */
  bytes: Uint8Array;
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** For who does not know {@link readRequest}. */
  get messageData(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** @throws Error if `messageData` is no message of the codec's type. */
  readRequest(codec: MessageCodec): Message {
    return codec.decode(this.bytes, this.start, this.end);
  }

  addCaller(caller: string): void {
    if (this.callers === nobody) this.callers = [];
    this.callers.push(caller);
  }
}
