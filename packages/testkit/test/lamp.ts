import {
  type DeactivationReason,
  type GrainCallContext,
  type GrainContext,
  GrainError,
  type Kind,
} from "@ts-grain/cluster";
import { GrainState, InMemoryStateStore, type StateStore } from "@ts-grain/persistence";
import { LampKind, newLampKind } from "./gen/lighting/v1/lighting_grain.ts";
import { type DimRequest, type GlowRequest, LampStateSchema } from "./gen/lighting/v1/lighting_pb.ts";

/** A lamp that keeps a journal, which outlives it. */
class Lamp extends LampKind {
  readonly #store: StateStore;
  readonly #journal: string[];
  #state!: GrainState<typeof LampStateSchema>;

  constructor(store: StateStore, journal: string[]) {
    super();
    this.#store = store;
    this.#journal = journal;
  }

  override async onActivate(context: GrainContext) {
    if (context.identity === "broken") throw new TypeError("the filament is broken");
    if (context.identity === "slow") await pause(context, 100);
    this.#state = await GrainState.load(context, { store: this.#store, schema: LampStateSchema });
    this.#journal.push("activated");
  }

  override onDeactivate(_context: GrainContext, reason: DeactivationReason) {
    this.#journal.push(reason);
  }

  override onMessage(message: unknown, { sender, cluster }: GrainCallContext) {
    if (message === "explode") throw new Error("it exploded");
    this.#journal.push(`message ${String(message)}`);
    if (sender) cluster.system.root.send(sender, "got it");
  }

  override read() {
    return { level: this.#state.value.level, journal: [...this.#journal] };
  }

  override async dim(request: DimRequest, { headers }: GrainCallContext) {
    const { level, wish } = request;
    if (level > 100) throw new GrainError("OUT_OF_RANGE", "too bright", { metadata: { most: "100" } });
    if (level < 0) throw new TypeError("a level is never negative");
    if (wish?.by === "caller") wish.by = "changed";
    const before = this.#state.value.level;
    await pause(this.context, Number(headers["pause"] ?? 0));
    await this.#state.save({ level });
    this.#journal.push(`from ${before} to ${level}`);
    return { level };
  }

  override async glow({ durationMs }: GlowRequest, context: GrainCallContext) {
    const { signal } = context;
    signal.addEventListener("abort", () => this.#journal.push((signal.reason as Error).name));
    await pause(context, durationMs);
    this.#journal.push("glowed");
    return { outcome: "glowed" };
  }

  override blink() {
    this.#journal.push("blinked");
  }
}

async function pause({ cluster }: Pick<GrainContext, "cluster">, ms: number): Promise<void> {
  if (ms > 0) await new Promise<void>((resolve) => void cluster.system.clock.schedule(ms, resolve));
}

/** A kind of lamps, with what its tests look at. */
export function lampKind(): { readonly kind: Kind; readonly store: StateStore; readonly journal: string[] } {
  const store = new InMemoryStateStore();
  const journal: string[] = [];
  return { kind: newLampKind(() => new Lamp(store, journal)), store, journal };
}
