import type { Message } from "@bufbuild/protobuf";
import { ByteWriter, type MessageCodec } from "@ts-grain/remote";
import type { GrainRequest } from "../gen/cluster/grain_pb.ts";

/** What a call says of itself beside its request. */
type RequestHead = Pick<
  GrainRequest,
  "methodIndex" | "methodName" | "timeoutMs" | "callers" | "cancelId" | "untilMs" | "kind" | "identity"
>;

/** A call as it travels, whose request is written where the call is: nothing holds the request's bytes in between. */
export class OutgoingRequest implements GrainRequest {
  readonly $typeName = "cluster.GrainRequest";
  readonly messageTypeName = "";
  readonly methodIndex: number;
  readonly methodName: string;
  readonly timeoutMs: number;
  readonly callers: string[];
  readonly cancelId: number;
  readonly untilMs: number;
  readonly kind: string;
  readonly identity: string;
  readonly #request: Message;
  readonly #codec: MessageCodec;

  constructor(request: Message, codec: MessageCodec, head: RequestHead) {
    this.#request = request;
    this.#codec = codec;
    this.methodIndex = head.methodIndex;
    this.methodName = head.methodName;
    this.timeoutMs = head.timeoutMs;
    this.callers = head.callers;
    this.cancelId = head.cancelId;
    this.untilMs = head.untilMs;
    this.kind = head.kind;
    this.identity = head.identity;
  }

  /** For who does not know {@link writeRequest}. */
  get messageData(): Uint8Array {
    const into = new ByteWriter();
    this.writeRequest(into);
    return into.view();
  }

  /** Appends the bytes of `messageData`. */
  writeRequest(into: ByteWriter): void {
    this.#codec.encode(this.#request, into);
  }
}
