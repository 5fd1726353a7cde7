import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

test("two actors in a worker thread throw a ball 10 000 times", async () => {
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(workerData).then(async ({ ActorSystem, propsFromFunction }) => {
      const system = new ActorSystem();
      const pong = system.root.spawn(
        propsFromFunction((context) => {
          if (typeof context.message === "number") context.respond(context.message + 1);
        }),
      );
      const ping = system.root.spawn(
        propsFromFunction((context) => {
          if (typeof context.message !== "number") return;
          if (context.message < 10000) context.request(pong, context.message);
          else parentPort.postMessage(context.message);
        }),
      );
      system.root.send(ping, 0);
      parentPort.once("message", () => void system.shutdown().then(() => parentPort.close()));
    });
  `;
  const index = new URL("../index.ts", import.meta.url).href;
  const worker = new Worker(program, { eval: true, workerData: index });
  const [count] = await once(worker, "message");
  worker.postMessage("done");
  const [exitCode] = await once(worker, "exit");
  expect([count, exitCode]).toEqual([10_000, 0]);
});
