import type { WaitContext } from "./pause.ts";
import { within } from "./pause.ts";

/**
 * What carries requests: the platform's `fetch`, or one that knows client certificates or a proxy.
 *
 * @example
 * import type { Fetch } from "@ts-grain/cluster/provider";
 *
 * // Adds a header that a proxy asks for.
 * const throughProxy: Fetch = (input, init) =>
 *   fetch(input, {
 *     ...init,
 *     headers: { ...Object.fromEntries(new Headers(init?.headers)), "x-team": "home" },
 *   });
 */
export type Fetch = typeof globalThis.fetch;

/**
 * One request whose answer is JSON, or nothing.
 *
 * @see {@link requestJson}
 */
export interface JsonRequest {
  readonly url: string;
  readonly method?: "GET" | "PUT" | "POST" | "PATCH" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
}

/**
 * An answer, whatever its status.
 *
 * @see {@link requestJson}
 */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** More than the list of a thousand members takes. */
const maxBytes = 8 * 1024 * 1024;

/**
 * Sends a request and reads its answer, in time and up to 8 MiB; rejects otherwise.
 *
 * @example
 * import {
 *   type JsonAnswer,
 *   type JsonRequest,
 *   parseAnswer,
 *   requestJson,
 *   type WaitContext,
 * } from "@ts-grain/cluster/provider";
 *
 * async function readServices(wait: WaitContext): Promise<unknown> {
 *   const request: JsonRequest = {
 *     url: "http://127.0.0.1:8500/v1/catalog/services",
 *     timeoutMs: 2_000,
 *   };
 *   const answer: JsonAnswer = await requestJson(fetch, request, wait);
 *   return parseAnswer(answer);
 * }
 */
export function requestJson(
  fetch: Fetch,
  { url, method = "GET", headers = {}, body, timeoutMs }: JsonRequest,
  wait: WaitContext,
): Promise<JsonAnswer> {
  return within(timeoutMs, wait, async (signal) => {
    // A redirection could lead anywhere, with the credentials.
    const response = await fetch(url, { method, signal, redirect: "error", ...contentOf(headers, body) });
    return { status: response.status, headers: response.headers, text: await readText(response) };
  });
}

function contentOf(headers: Readonly<Record<string, string>>, body: unknown): RequestInit {
  if (body === undefined) return { headers };
  return { headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/**
 * The JSON value of a successful answer. @throws Error on any other status and on what is no JSON.
 *
 * @example
 * import { parseAnswer } from "@ts-grain/cluster/provider";
 *
 * const answer = { status: 200, headers: new Headers(), text: '{"members": []}' };
 * console.log(JSON.stringify(parseAnswer(answer))); // prints: {"members":[]}
 */
export function parseAnswer({ status, text }: JsonAnswer): unknown {
  if (status !== 200) throw new Error(`HTTP status ${status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`an answer of more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
