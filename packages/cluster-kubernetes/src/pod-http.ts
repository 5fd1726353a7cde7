import { Readable } from "node:stream";
import {
  type HttpLibrary,
  type RequestContext,
  ResponseContext,
  wrapHttpLibrary,
} from "@kubernetes/client-node";
import { Agent, request as sendRequest } from "undici";

/**
 * Carries the requests of the client library over the connections that its KubeConfig makes. The library's own carrier follows
 * redirections, which could lead anywhere with the credentials, goes on connecting after a request was given up, and leaves connections
 * behind; this one does none of it.
 */
export const podHttp: HttpLibrary = wrapHttpLibrary({ send });

async function send(request: RequestContext): Promise<ResponseContext> {
  // A KubeConfig makes one for each request, but none where it knows of no certificates.
  const dispatcher = request.getDispatcher() ?? new Agent();
  const body = request.getBody();
  try {
    const answer = await sendRequest(request.getUrl(), {
      method: request.getHttpMethod(),
      // These take away the new line that a token from a file may end with.
      headers: new Headers(request.getHeaders()),
      body: typeof body === "string" ? body : null,
      signal: request.getSignal() ?? null,
      // The signal alone says when it is over; these would be timers of their own, which outlast the answer.
      headersTimeout: 0,
      bodyTimeout: 0,
      dispatcher,
    });
    // Its connection ends when the answer has come to its end, or was given up.
    dispatcher.close().catch(() => undefined);
    return new ResponseContext(
      answer.statusCode,
      {},
      {
        text: () => answer.body.text(),
        binary: async () => Buffer.from(await answer.body.arrayBuffer()),
        stream: () => Readable.toWeb(answer.body) as ReadableStream<Uint8Array>,
      },
    );
  } catch (error) {
    // It may still wait for a proxy.
    dispatcher.destroy().catch(() => undefined);
    throw error;
  }
}
