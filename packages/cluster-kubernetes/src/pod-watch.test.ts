import type { HttpLibrary } from "@kubernetes/client-node";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { PodClient } from "./pod-client.ts";
import { watchPods } from "./pod-watch.ts";
import { scriptHttp } from "./testing/script-http.ts";

/** What answers a watch with a text and then says nothing, until it is given up. */
function answering(text: string): HttpLibrary {
  return scriptHttp((request) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        request.getSignal()?.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
    });
    return new Response(body);
  });
}

/** Watches with what answers so, and tells the versions, and how it came to its end. */
function watchAnswer(text: string, clock: VirtualClock): { seen: string[]; watching: Promise<void> } {
  const access = { server: "http://127.0.0.1:1", token: () => "", authorityFile: undefined };
  const client = new PodClient({ access, namespace: "test" }, clock, answering(text));
  const wait = { clock, signal: new AbortController().signal };
  const seen: string[] = [];
  const watch = async (): Promise<void> => {
    for await (const { version } of watchPods(client, { clusterName: "c", version: "5" }, wait))
      seen.push(version);
    seen.push("over");
  };
  return { seen, watching: watch() };
}

const bookmark = `${JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: "7" } } })}\n`;

test("a watch that tells nothing and does not end, as when its connection has silently died, is over after 65 seconds", async () => {
  const clock = new VirtualClock();
  const { seen, watching } = watchAnswer(bookmark, clock);
  await clock.advance(64_999);
  expect(seen).toEqual(["7"]);
  await clock.advance(1);
  await watching;
  expect(seen).toEqual(["7", "over"]);
});

test("an event of more than 4 MiB is not waited for: the watch is over", async () => {
  const { seen, watching } = watchAnswer(bookmark + "x".repeat(5 * 1024 * 1024), new VirtualClock());
  await watching;
  expect(seen).toEqual(["7", "over"]);
});

test.each([
  ["a web page", "<html>\n", /not valid JSON/],
  ["an event of another kind", '{"type":"SUDDEN"}\n', /an event of type SUDDEN/],
  ["an event that is a list", "[]\n", /an event of type /],
])("%s in a watch is an error, after what came before it", async (_what, text, message) => {
  const { seen, watching } = watchAnswer(bookmark + text, new VirtualClock());
  await expect(watching).rejects.toThrow(message);
  expect(seen).toEqual(["7"]);
});
