import { startTestCluster } from "@ts-grain/testkit";
import { fastify, type InjectOptions } from "fastify";
import { expect, test } from "vitest";
import { articleKind } from "./article.ts";
import { addArticleRoutes } from "./article-routes.ts";
import { Health } from "./health.ts";

/** The routes, without a socket, and a cluster in memory. */
async function start() {
  const cluster = await startTestCluster({ kinds: [articleKind({ packMs: 100 })] });
  const app = fastify();
  const [member] = cluster.members;
  addArticleRoutes(app, member!);
  const health = new Health(app, member!);
  const ask = async (options: InjectOptions) => app.inject(options);
  const post = (url: string, body: object) => cluster.settle(ask({ method: "POST", url, body }));
  const get = (url: string) => cluster.settle(ask({ url }));
  return { cluster, app, health, get, post };
}

test("routes call grains, and answer what they say", async () => {
  const { cluster, get, post } = await start();
  await using _ = cluster;
  expect((await post("/articles/tea/put", { quantity: 5 })).json()).toEqual({ left: 5 });
  expect((await post("/articles/tea/take", { quantity: 2 })).json()).toEqual({ left: 3 });
  expect((await get("/articles/tea")).json()).toEqual({ left: 3 });
  expect((await get("/articles/coffee")).json()).toEqual({ left: 0 });
  const body = { quantity: 1, to: "coffee" };
  expect((await post("/articles/tea/relabel", body)).json()).toEqual({ left: 1 });
});

test("what a grain refuses is told with its reason", async () => {
  const { cluster, post } = await start();
  await using _ = cluster;
  await post("/articles/tea/put", { quantity: 1 });
  const refused = await post("/articles/tea/take", { quantity: 2 });
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toEqual({
    reason: "ERROR_REASON_OUT_OF_STOCK",
    message: "there are 1 of tea",
    metadata: { left: "1" },
  });
});

test.each([
  ["no quantity", "tea", {}],
  ["a quantity of another type", "tea", { quantity: "many" }],
  ["a negative quantity", "tea", { quantity: -1 }],
  ["a name that no grain may have", "tea%01", { quantity: 1 }],
])("%s is the client's mistake", async (_mistake, name, body) => {
  const { cluster, post } = await start();
  await using _ = cluster;
  expect((await post(`/articles/${name}/put`, body)).statusCode).toBe(400);
});

test("a member that has left says to come back", async () => {
  const { cluster, app } = await start();
  await using _ = cluster;
  await cluster.leave(cluster.members[0]!);
  const answer = await app.inject({ url: "/articles/tea" });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers["retry-after"]).toBe("1");
  expect(answer.json()).toEqual({ code: "stopped" });
});

test("the process is ready as long as the member answers and nobody has told it to end", async () => {
  const { cluster, health, get } = await start();
  await using _ = cluster;
  expect(await get("/live").then((answer) => answer.statusCode)).toBe(200);
  expect((await get("/ready")).json()).toEqual({ isReady: true, problems: [] });
  health.end();
  const ending = await get("/ready");
  expect(ending.statusCode).toBe(503);
  expect(ending.json()).toEqual({ isReady: false, problems: ["this server is ending"] });
});

test("a member that has left is not ready", async () => {
  const { cluster, app } = await start();
  await using _ = cluster;
  await cluster.leave(cluster.members[0]!);
  expect((await app.inject({ url: "/ready" })).statusCode).toBe(503);
});
