import { type HttpLibrary, KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { PodClient } from "./pod-client.ts";
import { scriptHttp, silence } from "./testing/script-http.ts";

const { signal } = new AbortController();
const namespace = "home";

interface ClientSetup {
  readonly clock?: VirtualClock;
  readonly token?: () => string;
}

function createClient(http: HttpLibrary, setup: ClientSetup = {}): PodClient {
  const { clock = new VirtualClock(), token = () => "secret" } = setup;
  const access = { server: "http://10.0.0.1:8001/prefix/", token, authorityFile: undefined };
  return new PodClient({ access, namespace }, clock, http);
}

/** What goes over the wire. */
function wordForWord(request: RequestContext): readonly unknown[] {
  return [request.getHttpMethod(), request.getUrl(), request.getHeaders(), request.getBody()];
}

test("what is sent is this, word for word", async () => {
  const sent: RequestContext[] = [];
  const http = scriptHttp((request) => {
    sent.push(request);
    return new Response("{}");
  });
  const client = createClient(http);
  await client.get("pod-a", signal);
  await client.label("pod-a", { labels: { a: "1", b: null }, version: "7" }, signal);
  await client.list("my-cluster", signal);
  await client.watch("my-cluster", { version: "8", timeoutMs: 60_000 }, signal);
  const pods = "http://10.0.0.1:8001/prefix/api/v1/namespaces/home/pods";
  const selection = "labelSelector=cluster.proto.actor%2Fcluster%3Dmy-cluster";
  const headers = { Accept: "application/json, */*;q=0.8", Authorization: "Bearer secret" };
  const patch = '{"metadata":{"labels":{"a":"1","b":null},"resourceVersion":"7"}}';
  expect(sent.map(wordForWord)).toEqual([
    ["GET", `${pods}/pod-a`, headers, undefined],
    ["PATCH", `${pods}/pod-a`, { ...headers, "Content-Type": "application/merge-patch+json" }, patch],
    ["GET", `${pods}?${selection}`, headers, undefined],
    [
      "GET",
      `${pods}?${selection}&watch=true&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=8`,
      headers,
      undefined,
    ],
  ]);
});

test("the token is asked for with each request, and one that is empty is not sent", async () => {
  const sent: RequestContext[] = [];
  const http = scriptHttp((request) => {
    sent.push(request);
    return new Response("{}");
  });
  const tokens = ["first", "", "third"];
  const client = createClient(http, { token: () => tokens[sent.length]! });
  for (const _each of tokens) await client.get("pod-a", signal);
  expect(sent.map((request) => request.getHeaders()["Authorization"])).toEqual([
    "Bearer first",
    undefined,
    "Bearer third",
  ]);
});

test("an answer of 20 MB is read no further than 8 MiB, and is an error", async () => {
  let chunks = 0;
  let isCancelled = false;
  const http = scriptHttp(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            if (++chunks > 20) controller.close();
            else controller.enqueue(new Uint8Array(1_000_000).fill(32));
          },
          cancel: () => {
            isCancelled = true;
          },
        }),
      ),
  );
  await expect(createClient(http).list("c", signal)).rejects.toThrow("an answer of more than 8388608 bytes");
  expect(chunks).toBeLessThanOrEqual(10);
  expect(isCancelled).toBe(true);
});

test.each([
  ["half of it", '{"items":[{"metad'],
  ["a web page", "<!doctype html><title>Log in</title>"],
  ["nothing", ""],
])("an answer that is %s is an error", async (_what, text) => {
  const client = createClient(scriptHttp(() => new Response(text)));
  await expect(client.list("c", signal)).rejects.toThrow(SyntaxError);
});

test("a refusal says the status and the server's own words, up to 200 characters of what is no status object", async () => {
  const answers = [
    new Response('{"kind":"Status","message":"pods is forbidden"}', { status: 403 }),
    new Response("x".repeat(300), { status: 502 }),
    new Response("over there", { status: 307 }),
  ];
  const client = createClient(scriptHttp(() => answers.shift()!));
  await expect(client.list("c", signal)).rejects.toMatchObject({
    message: "Kubernetes refused to list pods: HTTP status 403: pods is forbidden",
    status: 403,
  });
  await expect(client.get("pod-a", signal)).rejects.toMatchObject({
    message: `Kubernetes refused to read pod pod-a: HTTP status 502: ${"x".repeat(200)}`,
  });
  const watching = client.watch("c", { version: "1", timeoutMs: 1_000 }, signal);
  await expect(watching).rejects.toThrow("Kubernetes refused to watch pods: HTTP status 307: over there");
});

test("a server that says nothing is given up after five seconds, or when its caller gives up", async () => {
  const clock = new VirtualClock();
  const sent: RequestContext[] = [];
  const http = scriptHttp((request) => {
    sent.push(request);
    return silence(request);
  });
  const client = createClient(http, { clock });
  const outcomes: unknown[] = [];
  const note = (error: unknown): void => void outcomes.push(error);
  client.get("pod-a", signal).catch(note);
  await clock.advance(4_999);
  expect(outcomes).toEqual([]);
  await clock.advance(1);
  expect(outcomes).toEqual([new Error("no answer within 5000 ms")]);
  const caller = new AbortController();
  client.list("c", caller.signal).catch(note);
  await clock.advance(0);
  caller.abort(new Error("leaving"));
  await clock.advance(0);
  expect(outcomes.slice(1)).toEqual([new Error("leaving")]);
  expect(sent.map((request) => request.getSignal()?.aborted)).toEqual([true, true]);
});

test("a plugin that hangs while it logs in is given up as a silent server is, and not started again beside itself", async () => {
  const clock = new VirtualClock();
  const started: PromiseWithResolvers<void>[] = [];
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "home", server: "https://10.0.0.1", skipTLSVerify: false },
    { name: "me" },
  );
  kubeConfig.addAuthenticator({
    isAuthProvider: () => true,
    applyAuthentication: async () => {
      started.push(Promise.withResolvers());
      await started.at(-1)!.promise;
    },
  });
  const sent: string[] = [];
  const http = scriptHttp((request) => {
    sent.push(request.getUrl());
    return new Response("{}");
  });
  const client = new PodClient({ access: kubeConfig, namespace }, clock, http);
  const outcomes: unknown[] = [];
  for (const podName of ["pod-a", "pod-b"])
    client.get(podName, signal).catch((error: unknown) => void outcomes.push(error));
  await clock.advance(5_000);
  expect(outcomes).toEqual([new Error("no answer within 5000 ms"), new Error("no answer within 5000 ms")]);
  expect(started.length).toBe(1);
  const later = client.get("pod-c", signal);
  started[0]!.resolve();
  await clock.advance(0);
  started[1]!.resolve();
  await later;
  expect([started.length, sent]).toEqual([2, ["https://10.0.0.1/api/v1/namespaces/home/pods/pod-c"]]);
});
