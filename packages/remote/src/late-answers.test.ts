import { PID, Terminated, Unwatch, Watch } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";

const named = new PID("b:1", "named");

/** Watches an actor of `b` and takes that back, over and over. */
class Watcher {
  readonly told: string[] = [];
  /** When the present watch was made. */
  sinceMs: number | undefined;
  /** Called when it is told. */
  onTold = (): void => {};
  readonly #pair: RemotePair;
  readonly #self: PID;

  constructor(pair: RemotePair) {
    this.#pair = pair;
    this.#self = pair.a.system.processes.add("watcher", {
      sendUser: () => {},
      sendSystem: (_target, message) => {
        if (!(message instanceof Terminated)) return;
        this.told.push(message.why);
        this.onTold();
        this.sinceMs = undefined;
      },
    })!;
    pair.a.remote.expose("watcher");
  }

  watch(): void {
    this.sinceMs = this.#pair.clock.nowMs();
    this.#pair.a.system.processes.get(named).sendSystem(named, new Watch(this.#self));
  }

  unwatch(): void {
    this.sinceMs = undefined;
    this.#pair.a.system.processes.get(named).sendSystem(named, new Unwatch(this.#self));
  }
}

function stopNamed(pair: RemotePair): void {
  pair.b.system.root.stop(named);
}

test("that nobody was there for an earlier watch does not end the one of an actor that has the name since", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const watcher = new Watcher(pair);
  watcher.watch();
  // Its answer is under way.
  await pair.clock.advance(55);
  pair.expose("named", () => {});
  watcher.unwatch();
  watcher.watch();
  await pair.clock.advance(120_000);
  expect([watcher.told, pair.b.remote.stats.watchers]).toEqual([[], 1]);
  stopNamed(pair);
  await pair.clock.advance(1_000);
  expect(watcher.told).toEqual(["stopped"]);
});

test("the end of an actor does not end the watch of its successor of that name", async () => {
  await using pair = await RemotePair.start({ network: { delayMs: 10 } });
  const watcher = new Watcher(pair);
  pair.expose("named", () => {});
  watcher.watch();
  await pair.clock.advance(1_000);
  stopNamed(pair);
  await pair.clock.advance(5);
  pair.expose("named", () => {});
  watcher.unwatch();
  watcher.watch();
  await pair.clock.advance(120_000);
  expect([watcher.told, pair.b.remote.stats.watchers]).toEqual([[], 1]);
});

test("however often a watch is taken back and made anew, nobody is told of an actor that has lived all the while, and each is told of an end", async () => {
  const act = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 30 }) }),
    },
    { weight: 4, arbitrary: fc.constant({ do: "watch" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "unwatch" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "spawn" as const }) },
    { weight: 2, arbitrary: fc.constant({ do: "stop" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "break" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40, size: "max" }), async (acts) => {
      await using pair = await RemotePair.start({ network: { delayMs: 10 } });
      const watcher = new Watcher(pair);
      let aliveSinceMs = Number.POSITIVE_INFINITY;
      const wrongly: string[] = [];
      watcher.onTold = () => {
        if (watcher.sinceMs === undefined) wrongly.push("without a watch");
        else if (aliveSinceMs <= watcher.sinceMs) wrongly.push("of who lives");
      };
      for (const one of acts) {
        if (one.do === "wait") await pair.clock.advance(one.ms);
        else if (one.do === "watch" && watcher.sinceMs === undefined) watcher.watch();
        else if (one.do === "unwatch" && watcher.sinceMs !== undefined) watcher.unwatch();
        else if (one.do === "spawn" && pair.b.system.processes.getLocal("named") === undefined) {
          pair.expose("named", () => {});
          aliveSinceMs = pair.clock.nowMs();
        } else if (one.do === "stop") {
          stopNamed(pair);
          await pair.clock.settle();
          aliveSinceMs = Number.POSITIVE_INFINITY;
        } else if (one.do === "break") {
          pair.network.cut("a:1", "b:1");
          pair.network.heal("a:1", "b:1");
        }
      }
      await pair.clock.advance(60_000);
      stopNamed(pair);
      await pair.clock.settle();
      aliveSinceMs = Number.POSITIVE_INFINITY;
      await pair.clock.advance(60_000);
      expect([wrongly, watcher.sinceMs, pair.a.remote.stats.watches]).toEqual([[], undefined, 0]);
    }),
    { numRuns: 200 },
  );
});
