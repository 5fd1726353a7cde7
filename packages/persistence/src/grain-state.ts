import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { PersistenceError } from "./persistence-error.ts";
import type { StateStore } from "./state-store.ts";

/**
 * Whose state it is: a grain's context is one.
 *
 * @see {@link GrainState}
 */
export interface StateOwner {
  readonly kind: string;
  readonly identity: string;
}

/**
 * Where the state is kept, and as what.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import {
 *   GrainState,
 *   type GrainStateOptions,
 *   InMemoryStateStore,
 *   type StateOwner,
 * } from "@ts-grain/persistence";
 *
 * const options: GrainStateOptions<typeof StringValueSchema> = {
 *   store: new InMemoryStateStore(),
 *   schema: StringValueSchema,
 * };
 * const load = (owner: StateOwner) => GrainState.load(owner, options);
 */
export interface GrainStateOptions<Desc extends DescMessage> {
  readonly store: StateStore;
  readonly schema: Desc;
}

/**
 * The state of one grain: a protobuf message, kept in a store under the grain's kind and identity.
 *
 * @example
 * import { GrainState, InMemoryStateStore } from "@ts-grain/persistence";
 * import { SmartBulbKind } from "./gen/smartbulb_grain.ts";
 * import { BulbStateSchema } from "./gen/smartbulb_pb.ts";
 *
 * const options = { store: new InMemoryStateStore(), schema: BulbStateSchema };
 *
 * class Bulb extends SmartBulbKind {
 *   #state!: GrainState<typeof BulbStateSchema>;
 *
 *   override async onActivate() {
 *     this.#state = await GrainState.load(this.context, options);
 *   }
 *   override getState() {
 *     return { isOn: this.#state.value.isOn };
 *   }
 *   override async turnOn() {
 *     await this.#state.save({ isOn: true });
 *     return {};
 *   }
 *   override async turnOff() {
 *     await this.#state.save({ isOn: false });
 *     return {};
 *   }
 * }
 */
export class GrainState<Desc extends DescMessage> {
  readonly #key: string;
  readonly #options: GrainStateOptions<Desc>;
  #value: MessageShape<Desc>;
  #version: number;

  private constructor(key: string, options: GrainStateOptions<Desc>, present: Present<Desc>) {
    this.#key = key;
    this.#options = options;
    this.#value = present.value;
    this.#version = present.version;
  }

  /**
   * Reads a grain's state; the empty message if nothing was saved yet.
   *
   * @throws PersistenceError "unreadable_state", or what the store throws.
   */
  static async load<Desc extends DescMessage>(
    owner: StateOwner,
    options: GrainStateOptions<Desc>,
  ): Promise<GrainState<Desc>> {
    const key = grainStateKey(owner);
    return new GrainState(key, options, await readState(key, options));
  }

  /** What was loaded or saved last. */
  get value(): MessageShape<Desc> {
    return this.#value;
  }

  /**
   * Replaces the state. It is durable, as far as the store is, once the promise has resolved; when it rejects, `value`
   * is what it was.
   *
   * @throws PersistenceError "version_conflict" if another activation has saved in between: this one is stale.
   */
  async save(value: MessageInitShape<Desc>): Promise<void> {
    const { store, schema } = this.#options;
    const next = create(schema, value);
    this.#version = await store.write(this.#key, {
      bytes: toBinary(schema, next),
      expectedVersion: this.#version,
    });
    this.#value = next;
  }
}

/**
 * One key for each grain, and one grain for each key: kinds have no `/`.
 *
 * @example
 * import { grainStateKey } from "@ts-grain/persistence";
 *
 * console.log(grainStateKey({ kind: "SmartBulb", identity: "kitchen" })); // prints: SmartBulb/kitchen
 */
export function grainStateKey({ kind, identity }: StateOwner): string {
  return `${kind}/${identity}`;
}

interface Present<Desc extends DescMessage> {
  readonly value: MessageShape<Desc>;
  readonly version: number;
}

async function readState<Desc extends DescMessage>(
  key: string,
  { store, schema }: GrainStateOptions<Desc>,
): Promise<Present<Desc>> {
  const stored = await store.read(key);
  if (!stored) return { value: create(schema), version: 0 };
  try {
    return { value: fromBinary(schema, stored.bytes), version: stored.version };
  } catch (error) {
    throw new PersistenceError("unreadable_state", `what is stored as ${key} is no ${schema.typeName}`, {
      cause: error,
    });
  }
}
