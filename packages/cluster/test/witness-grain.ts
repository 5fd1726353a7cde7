import type { GrainCallContext } from "../src/codegenv1/index.ts";
import {
  type DeactivationReason,
  type GrainContext,
  GrainError,
  type Kind,
  type KindOptions,
} from "../src/index.ts";
import { getWitnessGrainClient, newWitnessKind, WitnessKind } from "./gen/witness_grain.ts";
import type { BumpRequest, FailRequest, RelayRequest } from "./gen/witness_pb.ts";

/** One thing that happened to a witness. */
export interface Sighting {
  readonly what: "activated" | "bumped" | DeactivationReason;
  readonly identity: string;
  readonly member: string;
  readonly activation: number;
}

/** What all witnesses of a test have in common. */
export class Testimony {
  readonly sightings: Sighting[] = [];
  /** What `onActivate` does beside giving testimony. */
  beforeActivation: (identity: string) => Promise<void> | void = () => undefined;
  /** What a bump does before it is counted. */
  beforeBump: (context: GrainCallContext, request: BumpRequest) => Promise<void> | void = () => undefined;
  /** What is done before a witness is made. */
  beforeCreation: () => void = () => undefined;
  beforeDeactivation: (identity: string) => Promise<void> | void = () => undefined;
  readonly messages: unknown[] = [];
  /** What a message that is no call does beside being kept. */
  beforeMessage: () => void = () => undefined;
  /** What witnesses were given, in the order in which they were activated. */
  readonly contexts: GrainContext[] = [];
  #activations = 0;

  nextActivation(): number {
    this.#activations++;
    return this.#activations;
  }

  /** How often something happened to an identity. */
  count(what: Sighting["what"], identity: string): number {
    return this.sightings.filter((sighting) => sighting.what === what && sighting.identity === identity)
      .length;
  }

  kind(options?: KindOptions): Kind {
    return newWitnessKind(() => {
      this.beforeCreation();
      return new Witness(this);
    }, options);
  }
}

class Witness extends WitnessKind {
  readonly #testimony: Testimony;
  readonly #activation: number;
  #count = 0;

  constructor(testimony: Testimony) {
    super();
    this.#testimony = testimony;
    this.#activation = testimony.nextActivation();
  }

  override async onActivate(context: GrainContext): Promise<void> {
    this.#testimony.contexts.push(context);
    await this.#testimony.beforeActivation(this.context.identity);
    this.#see("activated");
  }

  override async onDeactivate(_context: unknown, reason: DeactivationReason): Promise<void> {
    await this.#testimony.beforeDeactivation(this.context.identity);
    this.#see(reason);
  }

  override onMessage(message: unknown): void {
    this.#testimony.beforeMessage();
    this.#testimony.messages.push(message);
  }

  override async bump(request: BumpRequest, context: GrainCallContext) {
    await this.#testimony.beforeBump(context, request);
    this.#see("bumped");
    this.#count++;
    return { count: this.#count, activation: this.#activation, member: this.context.self.address };
  }

  override fail({ reason, message }: FailRequest): never {
    if (reason === "") throw new TypeError(message);
    throw new GrainError(reason, message, { metadata: { identity: this.context.identity } });
  }

  override async relay({ to, path, fromActivation }: RelayRequest, context: GrainCallContext) {
    const next = getWitnessGrainClient(fromActivation ? this.context : context, to);
    const [first, ...rest] = path;
    return first === undefined ? next.bump({}) : next.relay({ to: first, path: rest, fromActivation });
  }

  #see(what: Sighting["what"]): void {
    const { identity, self } = this.context;
    this.#testimony.sightings.push({ what, identity, member: self.address, activation: this.#activation });
  }
}
