import { pino } from "pino";
import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { Stopping } from "../message/lifecycle.ts";
import type { Logger } from "../ports/logger.ts";
import { ActorSystem } from "./actor-system.ts";

test("a pino logger is a logger as it is", async () => {
  const entries: unknown[] = [];
  const logger: Logger = pino({ level: "debug" }, { write: (line) => void entries.push(JSON.parse(line)) });
  const system = new ActorSystem({ logger });
  system.root.spawnNamed(
    propsFromFunction(({ message }) => {
      if (message instanceof Stopping) throw new Error("in the hook");
    }),
    "failing",
  );
  await system.shutdown();
  expect(entries).toMatchObject([
    {
      level: 50,
      msg: "an actor failed in a hook; its course does not change",
      hook: "Stopping",
      actor: { address: "nonhost", id: "failing" },
      err: { type: "Error", message: "in the hook", stack: expect.stringContaining("in the hook") },
    },
  ]);
});
