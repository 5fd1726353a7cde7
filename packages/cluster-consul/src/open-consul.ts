import type { ClientRequest } from "node:http";
import Consul from "consul";
import type { AgentExchange } from "./agent-exchange.ts";
import type { ConsulConfig } from "./consul-options.ts";

/** A request as the library shows it to extensions; its types do not tell of them. */
interface LibraryRequest {
  readonly ctx: AgentExchange;
  readonly opts: { readonly query: Record<string, string>; buffer?: boolean };
  /** What is given to the transport. */
  readonly req: { hostname: string };
  transport: { readonly request: (options: object) => ClientRequest };
}

interface Extensible {
  _ext(event: "onCreate" | "onRequest", extension: (request: LibraryRequest, next: () => void) => void): void;
}

/** The library's client, whose every request must have an exchange that guards it. */
export function openConsul({ baseUrl, token, agent }: ConsulConfig): Consul {
  const options = { baseUrl: `${baseUrl}/v1`, agent, defaults: token === undefined ? {} : { token } };
  const consul = new Consul(options);
  const extensible = consul as unknown as Extensible;
  extensible._ext("onCreate", ({ opts, ctx }, next) => {
    Object.assign(opts.query, ctx.query);
    // Decoded by the type that the answer claims to have, half of it would hide the status.
    opts.buffer = true;
    next();
  });
  extensible._ext("onRequest", (request, next) => {
    const { req, ctx, transport } = request;
    // The library leaves the brackets of IPv6 in the name that is looked up.
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
