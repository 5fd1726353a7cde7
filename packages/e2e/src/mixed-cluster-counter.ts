import type { GrainCallContext } from "@ts-grain/cluster";
import { CounterKind, errFull, getCounterGrainClient } from "./gen/mixed/v1/counter_grain.ts";
import type {
  AddRequest,
  CallOtherRequest,
  EchoHeadersRequest,
  FailRequest,
} from "./gen/mixed/v1/counter_pb.ts";
import { type MixedSighting, wallClockMs } from "./mixed-cluster-protocol.ts";

/** The grain of the mixed cluster in TypeScript; its twin in Go is go/cluster-member/counter.go. */
export class MixedCounter extends CounterKind {
  readonly #journal: MixedSighting[];
  #total = 0n;

  constructor(journal: MixedSighting[]) {
    super();
    this.#journal = journal;
  }

  override onActivate(): void {
    this.#see("activated");
  }

  override onDeactivate(): void {
    this.#see("deactivated");
  }

  override add({ by }: AddRequest) {
    this.#total += by;
    return { total: this.#total, place: this.#place };
  }

  override fail({ how }: FailRequest): never {
    const { identity } = this.context;
    if (how === "known") throw errFull(`${identity} is full`, { metadata: { identity } });
    throw new TypeError("a plain TypeScript error");
  }

  override echoHeaders(_request: EchoHeadersRequest, { headers }: GrainCallContext) {
    return { headers: { ...headers } };
  }

  override async callOther({ identities }: CallOtherRequest, context: GrainCallContext) {
    const [first, ...rest] = identities;
    if (first === undefined) return { path: [this.#place] };
    const { path } = await getCounterGrainClient(context, first).callOther({ identities: rest });
    return { path: [this.#place, ...path] };
  }

  get #place() {
    const { identity, self } = this.context;
    return { language: "ts", member: self.address, identity };
  }

  #see(what: MixedSighting["what"]): void {
    this.#journal.push({ what, identity: this.context.identity, atMs: wallClockMs() });
  }
}
