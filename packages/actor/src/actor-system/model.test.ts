import fc from "fast-check";
import { expect, test } from "vitest";
import type { ActorContext } from "../actor-cell/actor-context.ts";
import { propsFromProducer } from "../actor-cell/props.ts";
import { isFromRuntime, Terminated } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import { TestSystem } from "../testing/test-system.ts";

/** How many restarts the default strategy grants while the clock stands still. */
const budget = 10;

/** What an actor must have gone through, by the rules alone. */
interface ModelActor {
  readonly parent: number | undefined;
  isAlive: boolean;
  incarnations: number;
  handled: number;
  failures: number;
  readonly watches: Set<number>;
  readonly heardOf: number[];
}

/** The rules: a small actor system in which everything happens at once. */
class Model {
  readonly actors: ModelActor[] = [];
  deadLetters = 0;

  spawn(parent: number | undefined): void {
    const fresh = { isAlive: true, incarnations: 1, handled: 0, failures: 0 };
    this.actors.push({ ...fresh, parent, watches: new Set(), heardOf: [] });
  }

  isAlive(who: number | undefined): boolean {
    return who === undefined || this.actors[who]!.isAlive;
  }

  send(to: number, count: number): void {
    const actor = this.actors[to]!;
    if (actor.isAlive) actor.handled += count;
    else this.deadLetters += count;
  }

  fail(who: number): void {
    const actor = this.actors[who]!;
    if (!actor.isAlive) {
      this.deadLetters++;
      return;
    }
    actor.handled++;
    actor.failures++;
    if (actor.failures > budget) {
      this.stop(who);
      return;
    }
    for (const child of this.#childrenOf(who)) this.stop(child);
    actor.incarnations++;
  }

  stop(who: number): void {
    const actor = this.actors[who]!;
    if (!actor.isAlive) return;
    for (const child of this.#childrenOf(who)) this.stop(child);
    actor.isAlive = false;
    this.actors.forEach((other, index) => {
      const isWatching = other.watches.delete(who);
      if ((isWatching || actor.parent === index) && other.isAlive) other.heardOf.push(who);
    });
    actor.watches.clear();
  }

  watch(watcher: number, target: number): void {
    if (watcher === target || !this.actors[watcher]!.isAlive) return;
    if (this.actors[target]!.isAlive) this.actors[watcher]!.watches.add(target);
    else this.actors[watcher]!.heardOf.push(target);
  }

  unwatch(watcher: number, target: number): void {
    this.actors[watcher]!.watches.delete(target);
  }

  #childrenOf(who: number): number[] {
    return this.actors.flatMap(({ parent, isAlive }, index) => (parent === who && isAlive ? [index] : []));
  }
}

/** What the real actors went through. */
class Reality {
  readonly rig: TestSystem = new TestSystem({ deadLetterLog: { limit: 0 } });
  readonly pids: PID[] = [];
  readonly contexts: ActorContext[] = [];
  readonly seen: { incarnations: number; handled: number; heardOf: number[] }[] = [];

  spawn(parent: number | undefined): void {
    const index = this.pids.length;
    const seen = { incarnations: 0, handled: 0, heardOf: [] as number[] };
    this.seen.push(seen);
    const props = propsFromProducer(
      () => {
        seen.incarnations++;
        return { receive: (context) => this.#receive(context, seen) };
      },
      {
        onInit: (context) => {
          this.contexts[index] = context;
        },
      },
    );
    this.pids.push(
      parent === undefined ? this.rig.system.root.spawn(props) : this.contexts[parent]!.spawn(props),
    );
  }

  #receive({ message }: ActorContext, seen: (typeof this.seen)[number]): void {
    if (message instanceof Terminated)
      seen.heardOf.push(this.pids.findIndex((pid) => pid.equals(message.who)));
    if (isFromRuntime(message)) return;
    seen.handled++;
    if (message === "fail") throw new Error("as told");
  }
}

type Step = (model: Model, real: Reality) => void;

const who = fc.nat({ max: 1_000 });
const few = fc.integer({ min: 1, max: 20 });

/** Turns any number into an actor that was spawned. */
const pick = (model: Model, number: number): number => number % model.actors.length;

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(who, fc.boolean()).map(
    ([number, isRoot]): Step =>
      (model, real) => {
        const parent = isRoot || model.actors.length === 0 ? undefined : pick(model, number);
        if (!model.isAlive(parent)) return;
        model.spawn(parent);
        real.spawn(parent);
      },
  ),
  fc.tuple(who, few).map(
    ([number, count]): Step =>
      (model, real) => {
        const to = pick(model, number);
        model.send(to, count);
        for (let left = count; left > 0; left--) real.rig.system.root.send(real.pids[to]!, "hello");
      },
  ),
  fc.tuple(who, few).map(
    ([number, count]): Step =>
      (model, real) => {
        const to = pick(model, number);
        model.send(to, count);
        model.fail(to);
        model.send(to, count);
        const messages = [
          ...Array<string>(count).fill("before"),
          "fail",
          ...Array<string>(count).fill("after"),
        ];
        for (const message of messages) real.rig.system.root.send(real.pids[to]!, message);
      },
  ),
  fc.tuple(who, few).map(
    ([number, count]): Step =>
      (model, real) => {
        const to = pick(model, number);
        model.stop(to);
        model.send(to, count);
        for (let left = count; left > 0; left--)
          real.rig.system.root.send(real.pids[to]!, "overtaken by the stop");
        real.rig.system.root.stop(real.pids[to]!);
      },
  ),
  fc.tuple(who, few).map(
    ([number, count]): Step =>
      (model, real) => {
        const to = pick(model, number);
        model.send(to, count);
        if (!model.actors[to]!.isAlive) model.deadLetters++;
        model.stop(to);
        for (let left = count; left > 0; left--) real.rig.system.root.send(real.pids[to]!, "before the pill");
        real.rig.system.root.poison(real.pids[to]!);
      },
  ),
  fc.tuple(who, who, fc.boolean()).map(
    ([one, other, again]): Step =>
      (model, real) => {
        const [watcher, target] = [pick(model, one), pick(model, other)];
        if (!model.actors[watcher]!.isAlive) return;
        const isWatching = model.actors[watcher]!.watches.has(target);
        if (!isWatching) model.watch(watcher, target);
        for (let left = again && model.actors[target]!.isAlive ? 2 : 1; left > 0; left--) {
          real.contexts[watcher]!.watch(real.pids[target]!);
        }
      },
  ),
  fc.tuple(who, who).map(
    ([one, other]): Step =>
      (model, real) => {
        const [watcher, target] = [pick(model, one), pick(model, other)];
        model.unwatch(watcher, target);
        real.contexts[watcher]!.unwatch(real.pids[target]!);
      },
  ),
);

test("whatever is spawned, sent, failed, stopped and watched, the system does what the rules say", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 120 }), async (sequence) => {
      const model = new Model();
      const real = new Reality();
      model.spawn(undefined);
      real.spawn(undefined);
      await real.rig.settle();
      for (const step of sequence) {
        step(model, real);
        await real.rig.settle();
      }
      const { deadLetters } = real.rig.system.stats;
      expect(real.seen).toEqual(
        model.actors.map(({ incarnations, handled, heardOf }) => ({ incarnations, handled, heardOf })),
      );
      expect(deadLetters.stopped + deadLetters.not_found).toBe(model.deadLetters);
      const living = real.pids.map((pid, index) => [
        index,
        real.rig.system.processes.getLocal(pid.id) !== undefined,
      ]);
      expect(living).toEqual(model.actors.map(({ isAlive }, index) => [index, isAlive]));
      await real.rig.system.shutdown();
      for (const { id } of real.pids) expect(real.rig.system.processes.getLocal(id)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});
