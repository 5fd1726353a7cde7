import { request } from "node:https";
import { Readable } from "node:stream";
import type { Fetch } from "@ts-grain/cluster/provider";

/**
 * A `fetch` for https URLs that trusts one authority, in PEM; the platform's own takes none. Knows what providers use:
 * method, headers, a text as the body, a signal. It follows no redirection. Without an authority: the platform's.
 */
export function fetchTrusting(authority: string | undefined): Fetch {
  if (authority === undefined) return globalThis.fetch;
  return (input, init = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const { method = "GET", body, signal } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    const sent = request(
      input instanceof Request ? input.url : input,
      { method, headers, ca: authority, ...(signal ? { signal } : {}) },
      (answer) => {
        const status = answer.statusCode ?? 500;
        const kept = Object.entries(answer.headers).filter(([, value]) => typeof value === "string");
        // A web stream that nobody reads must not hold what failed.
        answer.on("error", () => {});
        const content = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
        resolve(new Response(content, { status, headers: kept as [string, string][] }));
      },
    );
    sent.on("error", reject);
    sent.end(typeof body === "string" ? body : undefined);
    return promise;
  };
}
