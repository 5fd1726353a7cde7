import type { ClientRequest } from "node:http";
import Consul from "consul";
import type { ConsulExchange } from "./consul-exchange.ts";
import type { ConsulConfig } from "./consul-options.ts";

/** A request as the library shows it to extensions; its types do not tell of them. */
interface LibraryRequest {
  readonly ctx: ConsulExchange;
  readonly opts: { readonly query: Record<string, string>; buffer?: boolean };
  /** What is given to the transport. */
  readonly req: { hostname: string };
  transport: { readonly request: (options: object) => ClientRequest };
}

interface Extensible {
  _ext(event: "onCreate" | "onRequest", extension: (request: LibraryRequest, next: () => void) => void): void;
}

/** The library's client. Each call of it must be given an exchange, which guards the request, as its `ctx`. */
export function openConsul({ baseUrl, token, agent }: ConsulConfig): Consul {
  const options = { baseUrl: `${baseUrl}/v1`, agent, defaults: token === undefined ? {} : { token } };
  const consul = new Consul(options);
  const extensible = consul as unknown as Extensible;
  extensible._ext("onCreate", ({ opts, ctx }, next) => {
    Object.assign(opts.query, ctx.query);
    // The library decodes by the type that an answer claims to have, and what it cannot decode hides the status.
    opts.buffer = true;
    next();
  });
  extensible._ext("onRequest", (request, next) => {
    const { req, ctx, transport } = request;
    // The library looks the address of IPv6 up with its brackets.
    req.hostname = req.hostname.replace(/^\[|\]$/g, "");
    request.transport = {
      request(options) {
        const sent = transport.request(options);
        ctx.guard(sent);
        return sent;
      },
    };
    next();
  });
  return consul;
}
