/** Places of the types in {@link typeNames}. */
export const types = { request: 0, response: 1, ping: 2, pong: 3, readCount: 4, count: 5 } as const;

/** What a pipe of the benchmarks carries. */
export const typeNames: readonly string[] = [
  "HelloRequest",
  "HelloResponse",
  "Ping",
  "Pong",
  "CountRequest",
  "CountResponse",
].map((name) => `tsgrain.benchmarks.v1.${name}`);
