import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { resolveKubernetesOptions } from "./kubernetes-options.ts";
import { PodClient } from "./pod-client.ts";
import { watchPods } from "./pod-watch.ts";

test("a watch that tells nothing and does not end, as when its connection has silently died, is over after 65 seconds", async () => {
  const clock = new VirtualClock();
  /** What says no more than one event, until its request is aborted. */
  const silent: typeof fetch = async (_url, init) => {
    const event = { type: "BOOKMARK", object: { metadata: { resourceVersion: "7" } } };
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
        init?.signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
    });
    return new Response(body);
  };
  const options = { server: "http://127.0.0.1:1", namespace: "test", podName: "pod", fetch: silent };
  const client = new PodClient(resolveKubernetesOptions(options, {}), clock);
  const { signal } = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    const watch = watchPods(client, { clusterName: "c", version: "5" }, { clock, signal });
    for await (const { version } of watch) seen.push(version);
    seen.push("over");
  })();
  await clock.advance(64_999);
  expect(seen).toEqual(["7"]);
  await clock.advance(1);
  await watching;
  expect(seen).toEqual(["7", "over"]);
});
